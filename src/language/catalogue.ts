/** What the check of a flow needs to know of what its steps use: cards as JSON Schema, and other flows. */
import * as z from 'zod';
import { isPure, type Card, type Cards } from '../domain/card.ts';
import type { Flow } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';

export interface CardSignature {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly effect: 'pure' | 'action';
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly connects?: { readonly kinds: readonly string[]; readonly optional: boolean };
}

/** By `name`, and by `name@version` where a step pins one. `unread`: it is there, and nobody knows what is in it. */
export type KnownFlows = ReadonlyMap<string, Flow | 'unread'>;

export interface Catalogue {
  readonly cards: ReadonlyMap<string, CardSignature>;
  /** what calls may name; undefined while a file is looked at alone: then nothing is said about its calls */
  readonly flows?: KnownFlows;
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  // A JSON Schema is JSON, whatever wider type zod gives it; `~standard` is no part of it.
  const { '~standard': _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject;
  return json;
};

/** Schemas are made when somebody first asks: a Worker that starts should not pay for all cards. */
const signatureOf = (id: string, card: Card): CardSignature => {
  let input: JsonObject | undefined;
  let output: JsonObject | undefined;
  return {
    id,
    title: card.title,
    doc: card.doc,
    effect: isPure(card) ? 'pure' : 'action',
    get input() {
      return (input ??= schemaOf(card.input, 'input'));
    },
    get output() {
      return (output ??= schemaOf(card.output, 'output'));
    },
    ...(isPure(card) ? {} : { connects: card.connects }),
  };
};

const catalogues = new WeakMap<Cards, Catalogue>();

export const catalogueOf = (cards: Cards): Catalogue => {
  const known = catalogues.get(cards);
  if (known !== undefined) return known;
  const catalogue = { cards: new Map([...cards].map(([id, card]) => [id, signatureOf(id, card)])) };
  catalogues.set(cards, catalogue);
  return catalogue;
};
