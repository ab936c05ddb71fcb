/** Random flows within the rules of the language, for property tests. Values are read back by later steps. */
import * as fc from 'fast-check';
import { DEFAULT_TIMEOUT_MS } from '../../src/domain/flow.ts';
import type { Block, Flow, OnError, Step, Tolerance } from '../../src/domain/flow.ts';
import type { Json } from '../../src/domain/json.ts';

/** A number, or one of the names that can be read where it stands. */
type Value = number | { readonly ref: number };

/** A step without ids: what it may read is known only once all steps around it are. */
type Sketch = { readonly isNamed: boolean; readonly when: 'true' | 'false' | 'index < 1' } & (
  | { readonly kind: 'echo'; readonly value: Value }
  | { readonly kind: 'effect'; readonly effect: string; readonly onError: OnError }
  | { readonly kind: 'set' | 'return' | 'yield' | 'next' | 'stop' | 'fail'; readonly value: Value }
  | { readonly kind: 'wait' }
  | { readonly kind: 'if'; readonly if: 'true' | 'false'; readonly then: Sketches; readonly else: Sketches }
  | {
      readonly kind: 'try';
      readonly try: Sketches;
      readonly catch: Sketches | null;
      readonly finally: Sketches | null;
    }
  | {
      readonly kind: 'forEach';
      readonly items: readonly number[];
      readonly concurrency: number;
      readonly onError: Tolerance;
      readonly do: Sketches;
    }
  | { readonly kind: 'while'; readonly rounds: number; readonly limit: number; readonly do: Sketches }
  | {
      readonly kind: 'parallel';
      readonly onError: OnError;
      readonly left: Sketches;
      readonly right: Sketches;
    }
);
type Sketches = readonly Sketch[];

interface Place {
  readonly depth: number;
  readonly inLoop: boolean;
  readonly inCrowd: boolean;
}

const value: fc.Arbitrary<Value> = fc.oneof(fc.nat(9), fc.record({ ref: fc.nat(50) }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });

const leafKinds = ({ depth, inLoop, inCrowd }: Place) => {
  const leaving = [
    ...(depth > 0 ? (['yield'] as const) : []),
    ...(inLoop ? (['next'] as const) : []),
    ...(inCrowd ? [] : (['return', 'stop'] as const)),
    'fail' as const,
  ];
  return [
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('echo' as const), value }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('effect' as const),
        effect: fc.constantFrom('safe', 'probe', 'once'),
        onError: fc.constantFrom<OnError>('fail', 'fail', 'continue'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom(...leaving), value }) },
  ];
};

const blockKinds = (place: Place) => {
  const deeper = { ...place, depth: place.depth + 1 };
  const sketches = block(deeper);
  const rounds = block({ ...deeper, inLoop: true });
  const branch = block({ ...deeper, inLoop: false, inCrowd: true });
  const tolerance = fc.oneof(fc.constantFrom<Tolerance>('fail', 'continue'), fc.record({ items: fc.nat(2) }));
  const loop = (concurrency: number) =>
    fc.record({
      kind: fc.constant('forEach' as const),
      items: fc.array(fc.nat(9), { maxLength: 4, size: 'max' }),
      concurrency: fc.constant(concurrency),
      onError: tolerance,
      do: concurrency === 1 ? rounds : block({ ...deeper, inLoop: true, inCrowd: true }),
    });
  return [
    fc.record({
      kind: fc.constant('if' as const),
      if: fc.constantFrom('true' as const, 'false' as const),
      then: sketches,
      else: sketches,
    }),
    fc.record({
      kind: fc.constant('try' as const),
      try: sketches,
      catch: maybe(sketches),
      finally: maybe(sketches),
    }),
    loop(1),
    loop(2),
    loop(3),
    fc.record({
      kind: fc.constant('while' as const),
      rounds: fc.nat(3),
      limit: fc.integer({ min: 2, max: 4 }),
      do: rounds,
    }),
    fc.record({
      kind: fc.constant('parallel' as const),
      onError: fc.constantFrom<OnError>('fail', 'continue'),
      left: branch,
      right: branch,
    }),
  ].map((arbitrary) => ({ weight: 1, arbitrary }));
};

const DEEPEST = 3;

const block = (place: Place): fc.Arbitrary<Sketches> => {
  const kinds = [...leafKinds(place), ...(place.depth < DEEPEST ? blockKinds(place) : [])];
  const conditions = fc.constantFrom(
    'true' as const,
    'true' as const,
    'true' as const,
    'true' as const,
    'false' as const,
    place.inLoop ? ('index < 1' as const) : ('true' as const),
  );
  const step = fc
    .tuple(fc.oneof(...kinds), fc.record({ isNamed: fc.boolean(), when: conditions }))
    .map(([kind, base]): Sketch => ({ ...kind, ...base }));
  return fc.array(step, {
    minLength: place.depth === 0 ? 3 : 0,
    maxLength: place.depth === 0 ? 7 : 3,
    size: 'max',
  });
};

/** What can be read at a place; names are added as their steps are passed. */
interface Names {
  readonly readable: readonly string[];
  /** the variable that may be set here */
  readonly variable: string;
}

/** Gives the steps of one flow their ids, the values their names. */
const builder = () => {
  let count = 0;
  const fresh = (letter: string): string => `${letter}${(count += 1)}`;

  const valueIn = (given: Value, names: Names): Json => {
    if (typeof given === 'number') return given;
    const name = names.readable[given.ref % Math.max(1, names.readable.length)];
    return name === undefined ? 0 : { of: `\${{ ${name} }}` };
  };

  const steps = (sketches: Sketches, names: Names): { block: Block; names: Names } => {
    let seen = names;
    const block = sketches.flatMap((sketch) => {
      const built = step(sketch, seen);
      seen = {
        ...seen,
        readable: [...seen.readable, ...built.flatMap(({ id }) => (id === undefined ? [] : [`steps.${id}`]))],
      };
      return built;
    });
    return { block, names: seen };
  };

  /** A body with a variable of its own, set first. */
  const own = (sketches: Sketches, names: Names): Block => {
    const variable = fresh('v');
    const inner = { variable, readable: [...names.readable, `vars.${variable}`] };
    return [{ kind: 'set', set: { [variable]: 0 } }, ...steps(sketches, inner).block];
  };

  const step = (sketch: Sketch, names: Names): Step[] => {
    const base = {
      ...(sketch.isNamed ? { id: fresh('s') } : {}),
      ...(sketch.when === 'true' ? {} : { when: sketch.when }),
    };
    switch (sketch.kind) {
      case 'echo':
        return [card(base, 'test.echo', { with: { value: valueIn(sketch.value, names) } })];
      case 'effect':
        return [
          card(base, `world.${sketch.effect}`, { with: { name: fresh('e') }, onError: sketch.onError }),
        ];
      case 'set':
        return [{ ...base, kind: 'set', set: { [names.variable]: valueIn(sketch.value, names) } }];
      case 'wait':
        return [{ ...base, kind: 'wait', wait: { for: '1m' } }];
      case 'if':
        return [
          {
            ...base,
            kind: 'if',
            branches: [{ if: sketch.if, then: steps(sketch.then, names).block }],
            else: steps(sketch.else, names).block,
          },
        ];
      case 'try': {
        const tried = steps(sketch.try, names);
        const rescue = (sketches: Sketches | null, key: 'catch' | 'finally') =>
          sketches === null ? {} : { [key]: steps(sketches, tried.names).block };
        return [
          {
            ...base,
            kind: 'try',
            try: tried.block,
            ...rescue(sketch.catch, 'catch'),
            ...rescue(sketch.finally, 'finally'),
          },
        ];
      }
      case 'forEach': {
        const { items, concurrency, onError } = sketch;
        const readable = [...names.readable, 'item', 'index'];
        const body =
          concurrency > 1
            ? own(sketch.do, { ...names, readable })
            : steps(sketch.do, { ...names, readable }).block;
        return [{ ...base, kind: 'forEach', items, concurrency, onError, do: body }];
      }
      case 'while': {
        const counter = fresh('n');
        const counted: Step = { kind: 'set', set: { [counter]: `\${{ vars.${counter} + 1 }}` } };
        const body = steps(sketch.do, {
          ...names,
          readable: [...names.readable, 'index', `vars.${counter}`],
        }).block;
        return [
          { kind: 'set', set: { [counter]: 0 } },
          {
            ...base,
            kind: 'while',
            while: `vars.${counter} < ${sketch.rounds}`,
            limit: sketch.limit,
            do: [counted, ...body],
          },
        ];
      }
      case 'parallel':
        return [
          {
            ...base,
            kind: 'parallel',
            onError: sketch.onError,
            branches: { left: own(sketch.left, names), right: own(sketch.right, names) },
          },
        ];
      default:
        return [{ ...base, kind: sketch.kind, value: valueIn(sketch.value, names) }];
    }
  };

  const card = (
    base: Pick<Step, 'id' | 'when'>,
    id: string,
    more: { with: Record<string, Json>; onError?: OnError },
  ): Step => ({
    ...base,
    kind: 'card',
    card: id,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    onError: 'fail',
    ...more,
  });

  return { own, steps };
};

/** A flow that ends by returning all that can be read at its end. */
const flowOfSketches = (sketches: Sketches): Flow => {
  const { steps } = builder();
  const first = { variable: 'a', readable: ['vars.a'] };
  const { block, names } = steps(sketches, first);
  const all = Object.fromEntries(names.readable.map((name) => [name.replace('.', '_'), `\${{ ${name} }}`]));
  return {
    name: 'random',
    trigger: { kind: 'manual' },
    inputs: {},
    steps: [{ kind: 'set', set: { a: 0 } }, ...block, { kind: 'return', value: all }],
    settings: { history: 'full', timeoutMs: 86_400_000, timezone: 'UTC' },
  };
};

export const randomFlow: fc.Arbitrary<Flow> = block({ depth: 0, inLoop: false, inCrowd: false }).map(
  flowOfSketches,
);
