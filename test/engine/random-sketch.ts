/** Random sketches of flows within the rules of the language: their steps, without the names of what they read. */
import * as fc from 'fast-check';
import type { OnError, Tolerance } from '../../src/domain/flow.ts';

/** A number, or one of the names that can be read where it stands. */
export type Value = number | { readonly ref: number };

export interface Base {
  readonly isNamed: boolean;
  readonly when: 'true' | 'false' | 'index < 1';
}
interface Kinds {
  readonly echo: { readonly value: Value };
  readonly effect: { readonly effect: string; readonly onError: OnError };
  readonly set: { readonly value: Value };
  readonly call: {
    /** one of the helpers that may be called */
    readonly ref: number;
    readonly value: Value;
    readonly onError: OnError;
    readonly async: boolean;
  };
  readonly wait: object;
  readonly leave: { readonly how: 'return' | 'yield' | 'next' | 'stop' | 'fail'; readonly value: Value };
  readonly if: { readonly if: 'true' | 'false'; readonly then: Sketches; readonly else: Sketches };
  readonly try: {
    readonly try: Sketches;
    readonly catch: Sketches | null;
    readonly finally: Sketches | null;
  };
  readonly forEach: {
    readonly items: readonly number[];
    readonly concurrency: number;
    readonly onError: Tolerance;
    readonly do: Sketches;
  };
  readonly while: { readonly rounds: number; readonly limit: number; readonly do: Sketches };
  readonly parallel: { readonly onError: OnError; readonly left: Sketches; readonly right: Sketches };
}
export type SketchOf<K extends keyof Kinds> = Base & { readonly kind: K } & Kinds[K];
export type Sketch = { readonly [K in keyof Kinds]: SketchOf<K> }[keyof Kinds];
export type Sketches = readonly Sketch[];

interface Place {
  readonly depth: number;
  /** whether there are helpers to call */
  readonly mayCall: boolean;
  readonly inLoop: boolean;
  readonly inCrowd: boolean;
}
const DEEPEST = 3;

const value: fc.Arbitrary<Value> = fc.oneof(fc.nat(9), fc.record({ ref: fc.nat(50) }));
const onError = fc.constantFrom<OnError>('fail', 'fail', 'continue');
const tolerance = fc.oneof(fc.constantFrom<Tolerance>('fail', 'continue'), fc.record({ items: fc.nat(2) }));
const maybe = (sketches: fc.Arbitrary<Sketches>) => fc.option(sketches, { freq: 2 });

/** Steps of one kind; what is the same for all kinds is drawn with them. */
const drawn =
  ({ inLoop }: Place) =>
  <K extends keyof Kinds>(kind: K, of: fc.Arbitrary<Kinds[K]>): fc.Arbitrary<Sketch> => {
    const when = inLoop ? (['true', 'false', 'index < 1'] as const) : (['true', 'false'] as const);
    const base = fc.record({ isNamed: fc.boolean(), when: fc.oneof(...seldom(when)) });
    // Indexed by a parameter, the table's type says no longer that these fit together.
    return fc.tuple(of, base).map(([more, common]) => ({ kind, ...more, ...common }) as unknown as Sketch);
  };

/** Most steps have no condition. */
const seldom = (when: readonly Base['when'][]) => [
  { weight: 4, arbitrary: fc.constant<Base['when']>('true') },
  { weight: 1, arbitrary: fc.constantFrom(...when) },
];

const call = fc.record({
  ref: fc.nat(50),
  value,
  onError,
  async: fc.constantFrom(false, false, false, true),
});

const leaves = (place: Place) => {
  const { depth, mayCall, inLoop, inCrowd } = place;
  const step = drawn(place);
  const ways: readonly SketchOf<'leave'>['how'][] = [
    ...(depth > 0 ? (['yield'] as const) : []),
    ...(inLoop ? (['next'] as const) : []),
    ...(inCrowd ? [] : (['return', 'stop'] as const)),
    'fail',
  ];
  const effect = fc.constantFrom('safe', 'probe', 'once');
  return [
    { weight: 3, arbitrary: step('echo', fc.record({ value })) },
    { weight: 4, arbitrary: step('effect', fc.record({ effect, onError })) },
    { weight: 2, arbitrary: step('set', fc.record({ value })) },
    ...(mayCall ? [{ weight: 6, arbitrary: step('call', call) }] : []),
    { weight: 1, arbitrary: step('wait', fc.record({})) },
    { weight: 2, arbitrary: step('leave', fc.record({ how: fc.constantFrom(...ways), value })) },
  ];
};

const blocks = (place: Place) => {
  const step = drawn(place);
  const deeper = { ...place, depth: place.depth + 1 };
  const inner = sketches(deeper);
  const rounds = sketches({ ...deeper, inLoop: true });
  const items = sketches({ ...deeper, inLoop: true, inCrowd: true });
  const branch = sketches({ ...deeper, inLoop: false, inCrowd: true });
  const list = fc.array(fc.nat(9), { maxLength: 4, size: 'max' });
  const loop = (concurrency: number) =>
    fc.record({
      items: list,
      concurrency: fc.constant(concurrency),
      onError: tolerance,
      do: concurrency > 1 ? items : rounds,
    });
  const limit = fc.integer({ min: 2, max: 4 });
  return [
    step('if', fc.record({ if: fc.constantFrom('true', 'false'), then: inner, else: inner })),
    step('try', fc.record({ try: inner, catch: maybe(inner), finally: maybe(inner) })),
    step('forEach', loop(1)),
    step('forEach', loop(2)),
    step('forEach', loop(3)),
    step('while', fc.record({ rounds: fc.nat(3), limit, do: rounds })),
    step('parallel', fc.record({ onError, left: branch, right: branch })),
  ].map((arbitrary) => ({ weight: 1, arbitrary }));
};

const sketches = (place: Place): fc.Arbitrary<Sketches> => {
  const kinds = [...leaves(place), ...(place.depth < DEEPEST ? blocks(place) : [])];
  const length = place.depth === 0 ? { minLength: 3, maxLength: 7 } : { maxLength: 3 };
  return fc.array(fc.oneof(...kinds), { ...length, size: 'max' });
};

const top = { inLoop: false, inCrowd: false };

export const flowSketch = sketches({ ...top, depth: 0, mayCall: false });

/** A flow and its helpers; each may call those after it. The helpers are small. */
export const familySketch: fc.Arbitrary<readonly Sketches[]> = fc.tuple(
  sketches({ ...top, depth: 0, mayCall: true }),
  sketches({ ...top, depth: DEEPEST - 1, mayCall: true }),
  sketches({ ...top, depth: DEEPEST - 1, mayCall: true }),
  sketches({ ...top, depth: DEEPEST, mayCall: false }),
);
