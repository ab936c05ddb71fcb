/** Random flows for property tests: sketches whose steps get their ids, and whose values read what can be seen. */
import type * as fc from 'fast-check';
import { DEFAULT_TIMEOUT_MS } from '../../src/domain/flow.ts';
import type { Block, Flow, Step } from '../../src/domain/flow.ts';
import type { Json } from '../../src/domain/json.ts';
import { familySketch, flowSketch } from './random-sketch.ts';
import type { Sketch, Sketches, SketchOf, Value } from './random-sketch.ts';

/** What is known at a place; names are added as their steps are passed. */
interface Place {
  /** `steps.s1`, `vars.v2`, `item` */
  readonly readable: readonly string[];
  /** the variable that may be set here */
  readonly variable: string;
  /** a name that the flow does not have yet */
  readonly fresh: (letter: string) => string;
  /** names of the flows that may be called here */
  readonly helpers: readonly string[];
}
type Base = Pick<Step, 'id' | 'when'>;

const seeing = (place: Place, ...names: readonly string[]): Place => ({
  ...place,
  readable: [...place.readable, ...names],
});

const valueAt = (place: Place, given: Value): Json => {
  if (typeof given === 'number') return given;
  const name = place.readable[given.ref % Math.max(1, place.readable.length)];
  return name === undefined ? 0 : { of: `\${{ ${name} }}` };
};

const built = (sketches: Sketches, place: Place): { readonly block: Block; readonly after: Place } => {
  let after = place;
  const block = sketches.flatMap((sketch) => {
    const steps = stepsOf(sketch, after);
    after = seeing(after, ...steps.flatMap(({ id }) => (id === undefined ? [] : [`steps.${id}`])));
    return steps;
  });
  return { block, after };
};
const blockOf = (sketches: Sketches, place: Place): Block => built(sketches, place).block;

/** A body with a variable of its own, set first. */
const ownBlock = (sketches: Sketches, place: Place): Block => {
  const variable = place.fresh('v');
  const inner = seeing({ ...place, variable }, `vars.${variable}`);
  return [{ kind: 'set', set: { [variable]: 0 } }, ...blockOf(sketches, inner)];
};

const stepsOf = (sketch: Sketch, place: Place): readonly Step[] => {
  const base: Base = {
    ...(sketch.isNamed ? { id: place.fresh('s') } : {}),
    ...(sketch.when === 'true' ? {} : { when: sketch.when }),
  };
  if (sketch.kind === 'while') return counted(sketch, base, place);
  return [{ ...base, ...stepOf(sketch, place) }];
};

const card = { kind: 'card', timeoutMs: DEFAULT_TIMEOUT_MS } as const;

const stepOf = (sketch: Exclude<Sketch, { kind: 'while' }>, place: Place): Step => {
  switch (sketch.kind) {
    case 'echo':
      return { ...card, card: 'test.echo', onError: 'fail', with: { value: valueAt(place, sketch.value) } };
    case 'effect': {
      const { effect, onError } = sketch;
      return { ...card, card: `world.${effect}`, onError, with: { name: place.fresh('e') } };
    }
    case 'set':
      return { kind: 'set', set: { [place.variable]: valueAt(place, sketch.value) } };
    case 'call': {
      const { ref, value, onError, async } = sketch;
      const helper = place.helpers[ref % place.helpers.length] ?? '';
      return { kind: 'call', call: helper, with: { x: valueAt(place, value) }, onError, async };
    }
    case 'wait':
      return { kind: 'wait', wait: { for: '1m' } };
    case 'leave':
      return { kind: sketch.how, value: valueAt(place, sketch.value) };
    case 'if': {
      const branches = [{ if: sketch.if, then: blockOf(sketch.then, place) }];
      return { kind: 'if', branches, else: blockOf(sketch.else, place) };
    }
    case 'try': {
      const { block, after } = built(sketch.try, place);
      return {
        kind: 'try',
        try: block,
        ...(sketch.catch === null ? {} : { catch: blockOf(sketch.catch, after) }),
        ...(sketch.finally === null ? {} : { finally: blockOf(sketch.finally, after) }),
      };
    }
    case 'forEach': {
      const { items, concurrency, onError } = sketch;
      const inner = seeing(place, 'item', 'index');
      const body = concurrency > 1 ? ownBlock(sketch.do, inner) : blockOf(sketch.do, inner);
      return { kind: 'forEach', items, concurrency, onError, do: body };
    }
    case 'parallel': {
      const branches = { left: ownBlock(sketch.left, place), right: ownBlock(sketch.right, place) };
      return { kind: 'parallel', onError: sketch.onError, branches };
    }
  }
};

/** A loop that counts its rounds, in a variable that is set before it. */
const counted = (sketch: SketchOf<'while'>, base: Base, place: Place): readonly Step[] => {
  const counter = place.fresh('n');
  const count: Step = { kind: 'set', set: { [counter]: `\${{ vars.${counter} + 1 }}` } };
  const body = blockOf(sketch.do, seeing(place, 'index', `vars.${counter}`));
  const condition = `vars.${counter} < ${sketch.rounds}`;
  const loop: Step = { ...base, kind: 'while', while: condition, limit: sketch.limit, do: [count, ...body] };
  return [{ kind: 'set', set: { [counter]: 0 } }, loop];
};

const fresher = (): Place['fresh'] => {
  let count = 0;
  return (letter) => {
    count += 1;
    return `${letter}${count}`;
  };
};

/** A flow that ends by returning all that can be read at its end. */
const flowOf = (
  sketches: Sketches,
  base: Pick<Flow, 'name' | 'trigger' | 'inputs'>,
  helpers: Names,
): Flow => {
  const inputs = Object.keys(base.inputs).map((name) => `inputs.${name}`);
  const place: Place = { variable: 'a', readable: ['vars.a', ...inputs], fresh: fresher(), helpers };
  const { block, after } = built(sketches, place);
  const all = Object.fromEntries(after.readable.map((name) => [name.replace('.', '_'), `\${{ ${name} }}`]));
  return {
    ...base,
    steps: [{ kind: 'set', set: { a: 0 } }, ...block, { kind: 'return', value: all }],
    settings: { history: 'full', timeoutMs: 365 * 86_400_000, timezone: 'UTC' },
  };
};
type Names = readonly string[];

export const randomFlow: fc.Arbitrary<Flow> = flowSketch.map((sketches) =>
  flowOf(sketches, { name: 'random', trigger: { kind: 'manual' }, inputs: {} }, []),
);

const nameOf = (index: number): string => `helper-${index}`;

/** A flow, and the helpers that it calls: each of these may call those after it. */
export const randomFamily: fc.Arbitrary<readonly Flow[]> = familySketch.map((family) =>
  family.map((sketches, index) => {
    const helpers = family.map((_, other) => nameOf(other)).slice(index + 1);
    if (index === 0)
      return flowOf(sketches, { name: 'random', trigger: { kind: 'manual' }, inputs: {} }, helpers);
    const inputs = { x: { type: ['integer', 'object'] } };
    return flowOf(sketches, { name: nameOf(index), trigger: { kind: 'helper' }, inputs }, helpers);
  }),
);
