/**
 * What a flow means, told naively: a recursion over its steps in which nothing dies, waits or runs beside another.
 * It is the oracle of the property tests, and knows just the cards and expressions that `random-flow.ts` writes.
 */
import type {
  Block,
  CallStep,
  Flow,
  ForEachStep,
  ParallelStep,
  Step,
  Template,
  TryStep,
  WhileStep,
} from '../../src/domain/flow.ts';
import { segmentOf } from '../../src/domain/flow.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { isObject } from '../../src/domain/json.ts';

export interface Meaning {
  readonly status: 'succeeded' | 'failed';
  readonly outputs: Json;
}

/** Leaves the blocks around it, up to the one that it is for. */
class Leave extends Error {
  readonly how: string;
  readonly value: Json;
  constructor(how: string, value: Json) {
    super(how);
    this.how = how;
    this.value = value;
  }
}
class Failed extends Error {}

interface Scope {
  readonly path: string;
  readonly steps: Record<string, Json>;
  /** the variables of this block and of those around it, the nearest first */
  readonly vars: readonly Record<string, Json>[];
  readonly item: Json;
  readonly index: number;
  readonly inputs: JsonObject;
  /** whether the effect at a path fails for good; `call>step` is a path in a called flow */
  readonly fails: (path: string) => boolean;
  readonly helpers: ReadonlyMap<string, Flow>;
}

/** What the interpreter knows of a flow besides its text. */
type Given = Partial<Pick<Scope, 'inputs' | 'helpers'>>;

export const meaningOf = (flow: Flow, fails: Scope['fails'], given: Given = {}): Meaning => {
  const { inputs = {}, helpers = new Map<string, Flow>() } = given;
  try {
    block(flow.steps, { path: '', steps: {}, vars: [{}], item: null, index: 0, inputs, fails, helpers });
    return { status: 'succeeded', outputs: {} };
  } catch (left) {
    if (left instanceof Failed) return { status: 'failed', outputs: null };
    if (left instanceof Leave)
      return { status: 'succeeded', outputs: left.how === 'return' ? left.value : null };
    throw left;
  }
};

const block = (steps: Block, scope: Scope): Json => {
  let last: Json = null;
  try {
    for (const [index, step] of steps.entries()) {
      last = isTrue(step.when ?? 'true', scope) ? perform(step, at(scope, segmentOf(step, index))) : null;
      if (step.id !== undefined) scope.steps[step.id] = last;
    }
  } catch (left) {
    if (left instanceof Leave && left.how === 'yield') return left.value;
    throw left;
  }
  return last;
};

const at = (scope: Scope, segment: string): Scope => ({
  ...scope,
  path: scope.path === '' ? segment : `${scope.path}/${segment}`,
});
const inside = (scope: Scope, key: string | number, more: Partial<Scope> = {}): Scope => ({
  ...at(scope, String(key)),
  steps: { ...scope.steps },
  ...more,
});
const ownVars = (scope: Scope): Scope['vars'] => [{}, ...scope.vars];

const perform = (step: Step, scope: Scope): Json => {
  switch (step.kind) {
    case 'card':
      if (step.card === 'test.echo') return valueOf(step.with.value ?? null, scope);
      if (!scope.fails(scope.path)) return { name: step.with.name ?? null };
      if (step.onError === 'continue') return null;
      throw new Failed();
    case 'call':
      return call(step, scope);
    case 'set':
      for (const [name, value] of Object.entries(step.set)) {
        const home = scope.vars.find((vars) => Object.hasOwn(vars, name)) ?? scope.vars[0] ?? {};
        home[name] = valueOf(value, scope);
      }
      return null;
    case 'if':
      return isTrue(step.branches[0]?.if ?? '', scope)
        ? block(step.branches[0]?.then ?? [], inside(scope, 'then'))
        : block(step.else ?? [], inside(scope, 'else'));
    case 'try':
      return attempt(step, scope);
    case 'forEach':
      return each(step, scope);
    case 'while':
      return rounds(step, scope);
    case 'parallel':
      return branches(step, scope);
    case 'fail':
      throw new Failed();
    case 'wait':
    case 'respond':
      return null;
    default:
      throw new Leave(step.kind, valueOf(step.value, scope));
  }
};

/** A run of the called flow, which nobody waits for when the call is async. */
const call = (step: CallStep, scope: Scope): Json => {
  if (step.async) return { run: 'started' };
  const helper = scope.helpers.get(step.call);
  if (helper === undefined) throw new Error(`there is no helper ${step.call}`);
  const inputs = valueOf(step.with, scope);
  const fails = (path: string): boolean => scope.fails(`${scope.path}>${path}`);
  const { helpers } = scope;
  const meaning = meaningOf(helper, fails, { helpers, inputs: isObject(inputs) ? inputs : {} });
  if (meaning.status === 'succeeded') return meaning.outputs;
  if (step.onError === 'continue') return null;
  throw new Failed();
};

const attempt = (step: TryStep, scope: Scope): Json => {
  const tried = inside(scope, 'try');
  const seen = (): Record<string, Json> => {
    const own = step.try.flatMap(({ id }) =>
      id === undefined ? [] : [[id, tried.steps[id] ?? null] as const],
    );
    return { ...scope.steps, ...Object.fromEntries(own) };
  };
  try {
    return block(step.try, tried);
  } catch (error) {
    if (!(error instanceof Failed) || step.catch === undefined) throw error;
    return block(step.catch, inside(scope, 'catch', { steps: seen() }));
  } finally {
    if (step.finally !== undefined) block(step.finally, inside(scope, 'finally', { steps: seen() }));
  }
};

/** An item or a round, which `next` ends. */
const item = (steps: Block, scope: Scope): Json => {
  try {
    return block(steps, scope);
  } catch (left) {
    if (left instanceof Leave && left.how === 'next') return left.value;
    throw left;
  }
};

const each = (step: ForEachStep, scope: Scope): Json => {
  const items = Array.isArray(step.items) ? (step.items as readonly Json[]) : [];
  const results: Json[] = [];
  const failures: number[] = [];
  for (const [index, value] of items.entries()) {
    try {
      const result = item(step.do, inside(scope, index, { vars: ownVars(scope), item: value, index }));
      if (result !== null) results.push(result);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      failures.push(index);
      // The loop fails with the failure that is one too many: no later item is begun, which might have returned.
      if (failures.length > tolerated(step)) throw error;
    }
  }
  return {
    results,
    failed: failures,
    counts: { ok: items.length - failures.length, failed: failures.length },
  };
};

/** How many items may fail; the random flows write no shares. */
const tolerated = ({ onError }: ForEachStep): number => {
  if (onError === 'fail') return 0;
  return typeof onError === 'object' && 'items' in onError ? onError.items : Infinity;
};

const rounds = (step: WhileStep, scope: Scope): Json => {
  const results: Json[] = [];
  let index = 0;
  for (; isTrue(step.while, scope); index += 1) {
    if (index >= step.limit) throw new Failed();
    const value = item(step.do, inside(scope, index, { vars: ownVars(scope), index }));
    if (value !== null) results.push(value);
  }
  return { results, rounds: index };
};

const branches = (step: ParallelStep, scope: Scope): Json => {
  const results: Record<string, Json> = {};
  let failed = 0;
  for (const [name, steps] of Object.entries(step.branches)) {
    try {
      results[name] = block(steps, inside(scope, name, { vars: ownVars(scope) }));
    } catch (error) {
      if (!(error instanceof Failed) || step.onError === 'fail') throw error;
      results[name] = null;
      failed += 1;
    }
  }
  return { results, counts: { ok: Object.keys(results).length - failed, failed } };
};

const isTrue = (condition: string, scope: Scope): boolean => {
  const compared = /^(.+) < (\d+)$/.exec(condition);
  if (compared === null) return condition === 'true';
  return Number(expression(compared[1] ?? '', scope)) < Number(compared[2]);
};

const valueOf = (template: Template, scope: Scope): Json => {
  if (Array.isArray(template)) return template.map((each: Template) => valueOf(each, scope));
  if (isObject(template))
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, valueOf(value, scope)]));
  const source = typeof template === 'string' ? /^\$\{\{ (.+) \}\}$/.exec(template)?.[1] : undefined;
  return source === undefined ? template : expression(source, scope);
};

const expression = (source: string, scope: Scope): Json => {
  if (source === 'item') return scope.item;
  if (source === 'index') return scope.index;
  const sum = /^(.+) \+ 1$/.exec(source)?.[1];
  if (sum !== undefined) return Number(expression(sum, scope)) + 1;
  const [of, name = ''] = source.split('.');
  if (of === 'inputs') return scope.inputs[name] ?? null;
  if (of === 'steps') return scope.steps[name] ?? null;
  return scope.vars.find((vars) => Object.hasOwn(vars, name))?.[name] ?? null;
};
