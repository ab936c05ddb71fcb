/**
 * The short way for what most templates hold: a literal, or a plain path such as `steps.a.output.rows[0].id`. It
 * gives what JSONata gives, at once. Where a list stands on the way names mean "of every item": that is left to JSONata.
 */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Node } from './syntax-tree.ts';

export type Short =
  | { readonly kind: 'literal'; readonly value: Json }
  /** Names, and numbers in brackets. */
  | { readonly kind: 'path'; readonly members: readonly (string | number)[] };

export const TOO_HARD = Symbol('needs JSONata');

const hasMore = (node: Node, known: readonly string[]): boolean =>
  Object.keys(node).some((key) => !known.includes(key));

/** `name`, or `name[0]` with any count of whole numbers in brackets. */
const membersOf = (step: Node): (string | number)[] | undefined => {
  if (step.type !== 'name' || typeof step.value !== 'string') return undefined;
  if (hasMore(step, ['type', 'value', 'position', 'stages'])) return undefined;
  const members: (string | number)[] = [step.value];
  for (const stage of step.stages ?? []) {
    const place = stage.type === 'filter' && stage.expr?.type === 'number' ? stage.expr.value : undefined;
    if (typeof place !== 'number' || !Number.isInteger(place)) return undefined;
    members.push(place);
  }
  return members;
};

const pathOf = (node: Node): Short | undefined => {
  if (node.type !== 'path' || hasMore(node, ['type', 'steps'])) return undefined;
  const [first, ...others] = node.steps ?? [];
  const isRooted = first?.type === 'variable' && first.value === '$' && others.length > 0;
  if (isRooted && hasMore(first, ['type', 'value', 'position'])) return undefined;
  const members: (string | number)[] = [];
  for (const step of isRooted ? others : (node.steps ?? [])) {
    const found = membersOf(step);
    if (found === undefined) return undefined;
    members.push(...found);
  }
  return { kind: 'path', members };
};

const LITERALS: ReadonlySet<string> = new Set(['string', 'number', 'value']);

/** The short form of a tree, or undefined when it has none. */
export const shortOf = (node: Node): Short | undefined => {
  if (!LITERALS.has(node.type)) return pathOf(node);
  if (hasMore(node, ['type', 'value', 'position'])) return undefined;
  // The tokenizer gives texts, numbers, true, false and null for these types.
  return { kind: 'literal', value: node.value as Json };
};

const memberOf = (value: Json, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

const itemOf = (value: Json, place: number): Json | undefined =>
  Array.isArray(value) ? value.at(place) : place === 0 || place === -1 ? value : undefined;

/** What stands there, nothing, or `TOO_HARD`. */
export const readShort = (short: Short, scope: JsonObject): Json | undefined | typeof TOO_HARD => {
  if (short.kind === 'literal') return short.value;
  let value: Json = scope;
  for (const member of short.members) {
    if (typeof member === 'string' && Array.isArray(value)) return TOO_HARD;
    const next: Json | undefined =
      typeof member === 'string' ? memberOf(value, member) : itemOf(value, member);
    if (next === undefined) return undefined;
    // A list in a list, or nothing left of an empty one, is where JSONata begins to unwrap.
    if (typeof member === 'number' && Array.isArray(next)) return TOO_HARD;
    value = next;
  }
  return value;
};
