/** Equips a compiled expression with our functions, as far as it uses them, and with the hooks that count its cost. */
import type jsonata from 'jsonata';
import { StepError } from '../domain/errors.ts';
import { requireTextRoom, spendItems, spendNode, spendText, spendValue } from './budget.ts';
import { type Frame, stateOf } from './frame.ts';
import { clone, distinct, empty, exists, sort } from './list-functions.ts';
import { CONCAT, RENAMED } from './rewrite.ts';
import { type Node, nodesOf } from './syntax-tree.ts';
import { concat, join, pad, parseJson, replace, string } from './text-functions.ts';
import { addTime, formatTime, millis, now, timeBetween, toMillis } from './time-functions.ts';

type Implementation = Parameters<jsonata.Expression['registerFunction']>[1];

// The published type of `this` lacks most of what JSONata gives; `Focus` has it.
const definition = (implementation: unknown, signature?: string): [Implementation, string?] =>
  signature === undefined
    ? [implementation as Implementation]
    : [implementation as Implementation, signature];

/** Signatures in JSONata's notation; `-` marks an argument for which the row is taken. */
const FUNCTIONS: ReadonlyMap<string, [Implementation, string?]> = new Map([
  [CONCAT, definition(concat)],
  ['string', definition(string, '<x-b?:s>')],
  ['join', definition(join, '<a<s>s?:s>')],
  ['pad', definition(pad, '<s-ns?:s>')],
  [RENAMED['replace'] ?? '', definition(replace, '<s-(sf)(sf)n?:s>')],
  ['parseJson', definition(parseJson, '<s:x>')],
  ['exists', definition(exists, '<x:b>')],
  ['empty', definition(empty, '<x:b>')],
  ['clone', definition(clone, '<(oa)-:o>')],
  ['distinct', definition(distinct, '<x:x>')],
  ['sort', definition(sort, '<af?:a>')],
  ['now', definition(now, '<s?s?:s>')],
  ['millis', definition(millis, '<:n>')],
  [RENAMED['toMillis'] ?? '', definition(toMillis, '<s-s?:n>')],
  ['addTime', definition(addTime, '<snss?:s>')],
  ['timeBetween', definition(timeBetween, '<sss:n>')],
  ['formatTime', definition(formatTime, '<sss?:s>')],
]);

const enter = (_node: Node, _input: unknown, frame: Frame): void => spendNode(stateOf(frame).budget);

const requireFinite = (node: Node, value: number): void => {
  if (Number.isFinite(value)) return;
  const isDivision = node.value === '/' || node.value === '%';
  const message = isDivision
    ? 'it divides by zero'
    : 'a number in it is too big, or a calculation has no result';
  throw Object.assign(new StepError('expression', message), { position: node.position });
};

// The order of parameters is JSONata's.
const leave = (node: Node, _input: unknown, ...[frame, value]: [Frame, unknown]): void => {
  if (typeof value === 'number') return requireFinite(node, value);
  const { budget } = stateOf(frame);
  if (typeof value === 'string') {
    spendText(budget, value.length);
    if (node.type === 'function') requireTextRoom(value.length);
  } else if (Array.isArray(value)) spendItems(budget, value.length);
  if (node.isWalked === true) spendValue(budget, value);
};

const variablesOf = (root: Node): ReadonlySet<unknown> =>
  new Set([...nodesOf(root)].filter(({ type }) => type === 'variable').map(({ value }) => value));

export const install = (code: jsonata.Expression, root: Node): void => {
  const used = variablesOf(root);
  for (const [name, [implementation, signature]] of FUNCTIONS) {
    // `|…|…|` calls `$clone` without naming it.
    if (used.has(name) || name === 'clone') code.registerFunction(name, implementation, signature);
  }
  // Symbols are names too; the published type says string only.
  const assign = code.assign as (name: string | symbol, value: unknown) => void;
  assign(Symbol.for('jsonata.__evaluate_entry'), enter);
  assign(Symbol.for('jsonata.__evaluate_exit'), leave);
};
