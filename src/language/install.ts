/** Equips a compiled expression with our functions, as far as it uses them, and with the hooks that count its cost. */
import type jsonata from 'jsonata';
import { StepError } from '../domain/errors.ts';
import { requireTextRoom, spendItems, spendNode, spendText, spendValue } from './budget.ts';
import { BUILTINS } from './builtins.ts';
import { type Focus, type Frame, stateOf } from './frame.ts';
import { clone, distinct, empty, exists, sort } from './list-functions.ts';
import { CONCAT, RENAMED } from './rewrite.ts';
import { replace } from './replace-function.ts';
import { type Node, nodesOf } from './syntax-tree.ts';
import { concat, join, pad, parseJson, string } from './text-functions.ts';
import { addTime, formatTime, millis, now, timeBetween, toMillis } from './time-functions.ts';

/** JSONata has checked the values against the signature, so each function may say more precisely what it takes. */
interface OurFunction {
  run(focus: Focus, values: readonly unknown[]): unknown;
  /** JSONata's notation; `-` marks an argument for which the row is taken, `?` one that may be missing. */
  readonly signature?: string;
}

const FUNCTIONS: Readonly<Record<string, OurFunction>> = {
  [CONCAT]: { run: concat },
  string: { run: string, signature: '<x-b?:s>' },
  join: { run: join, signature: '<a<s>s?:s>' },
  pad: { run: pad, signature: '<s-ns?:s>' },
  [RENAMED.replace]: { run: replace, signature: '<s-(sf)(sf)n?:s>' },
  parseJson: { run: parseJson, signature: '<s:x>' },
  exists: { run: exists, signature: '<x:b>' },
  empty: { run: empty, signature: '<x:b>' },
  clone: { run: clone, signature: '<(oa)-:o>' },
  distinct: { run: distinct, signature: '<x:x>' },
  sort: { run: sort, signature: '<af?:a>' },
  now: { run: now, signature: '<s?s?:s>' },
  millis: { run: millis, signature: '<:n>' },
  [RENAMED.toMillis]: { run: toMillis, signature: '<s-s?:n>' },
  addTime: { run: addTime, signature: '<snss?:s>' },
  timeBetween: { run: timeBetween, signature: '<sss:n>' },
  formatTime: { run: formatTime, signature: '<sss?:s>' },
};

type Implementation = Parameters<jsonata.Expression['registerFunction']>[1];

/**
 * The function as JSONata calls it. Of a partially applied one it reads the parameters out of the source; how many
 * arguments `$map` and its like hand over is its length: only as many as it needs, not the index and the list too.
 */
const callable = (name: string, ours: OurFunction): Implementation => {
  const implementation =
    name === CONCAT
      ? function (this: Focus, ...values: readonly unknown[]): unknown {
          return ours.run(this, values);
        }
      : function (this: Focus, a?: unknown, b?: unknown, c?: unknown, d?: unknown): unknown {
          return ours.run(this, [a, b, c, d]);
        };
  Object.defineProperty(implementation, 'length', { value: BUILTINS.get(name.trim())?.least ?? 0 });
  // The published type of `this` lacks most of what JSONata gives; `Focus` has it.
  return implementation as unknown as Implementation;
};

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
const leave = (node: Node, _input: unknown, frame: Frame, value: unknown): void => {
  const { budget } = stateOf(frame);
  if (typeof value === 'number') requireFinite(node, value);
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
  for (const [name, ours] of Object.entries(FUNCTIONS)) {
    // `|…|…|` calls `$clone` without naming it.
    if (used.has(name) || name === 'clone') {
      code.registerFunction(name, callable(name, ours), ours.signature);
    }
  }
  // Symbols are names too; the published type says string only.
  const hooked = code as { readonly assign: (name: string | symbol, value: unknown) => void };
  hooked.assign(Symbol.for('jsonata.__evaluate_entry'), enter);
  hooked.assign(Symbol.for('jsonata.__evaluate_exit'), leave);
};
