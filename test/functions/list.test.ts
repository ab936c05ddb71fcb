import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { canonical, type Json } from '../../src/domain/json.ts';
import { runCard } from './run-card.ts';

// Few values, so that they meet.
const item: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('0', '1', 'a', '', null, true),
  fc.record({ a: fc.integer({ min: 0, max: 1 }), b: fc.constantFrom('x', null) }),
);
const list = fc.array(item, { maxLength: 20 });
const has = (items: readonly Json[], wanted: Json): boolean =>
  items.some((one) => canonical(one) === canonical(wanted));
const distinct = (items: readonly Json[]): Json[] => items.filter((one, at) => !has(items.slice(0, at), one));

describe('lists as sets', () => {
  it('agree with walking along the lists for each item', () =>
    fc.assert(
      fc.asyncProperty(list, list, async (left, right) => {
        expect(await runCard('list.difference', { list: left, without: right })).toEqual({
          list: left.filter((one) => !has(right, one)),
        });
        expect(await runCard('list.intersection', { lists: [left, right] })).toEqual({
          list: distinct(left).filter((one) => has(right, one)),
        });
        expect(await runCard('list.union', { lists: [left, right] })).toEqual({
          list: distinct([...left, ...right]),
        });
        expect(await runCard('list.uniqueBy', { list: left })).toEqual({ list: distinct(left) });
        expect(await runCard('list.filterBy', { list: left, operator: 'in', value: right })).toEqual({
          list: left.filter((one) => has(right, one)),
        });
      }),
    ));

  it('take 100,000 items in their stride', async () => {
    const items = Array.from({ length: 100_000 }, (_, at) => at % 90_000);

    expect(await runCard('list.difference', { list: items, without: items })).toEqual({ list: [] });
    expect(await runCard('list.uniqueBy', { list: items })).toHaveProperty('list.length', 90_000);
    expect(await runCard('list.filterBy', { list: items, operator: 'not-in', value: items })).toEqual({
      list: [],
    });
    expect(await runCard('list.sortBy', { list: items })).toHaveProperty('list.0', 0);
  });
});

describe('the order of lists', () => {
  it('sorts stably, missing values last, and loses nothing', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { maxLength: 30 }),
        async (keys) => {
          const items = keys.map((key, at) => ({ key, at }));
          const expected = items.toSorted((a, b) => (a.key ?? 99) - (b.key ?? 99) || a.at - b.at);

          expect(await runCard('list.sortBy', { list: items, path: 'key' })).toEqual({ list: expected });
        },
      ),
    ));

  it('samples without repetition', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.nat(30),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (n, m, draws) => {
          const items = Array.from({ length: n }, (_, at) => at);
          const random = (): number => draws.next().value;
          const drawn = await runCard('list.sample', { list: items, amount: m }, { now: 0, random });
          const { samples } = z.object({ samples: z.array(z.int()) }).parse(drawn);

          expect(samples).toHaveLength(Math.min(n, m));
          expect(new Set(samples).size).toBe(samples.length);
          expect(samples.every((one) => items.includes(one))).toBe(true);
        },
      ),
    ));

  it('cuts into chunks that flatten to the list again', () =>
    fc.assert(
      fc.asyncProperty(list, fc.integer({ min: 1, max: 7 }), async (items, size) => {
        const cut = await runCard('list.chunk', { list: items, size });
        const { chunks } = z.object({ chunks: z.array(z.unknown()) }).parse(cut);

        expect(await runCard('list.flatten', { list: chunks })).toEqual({ list: items });
      }),
    ));
});

describe('keys that every object has', () => {
  it.each(['constructor', '__proto__', 'toString'])('%s is found only where the data has it', async (key) => {
    const grouped = await runCard('list.groupBy', { list: [key] });

    expect(JSON.stringify(grouped)).toBe(`{"groups":{"${key}":["${key}"]}}`);
    expect(await runCard('object.get', { object: {}, path: key })).toEqual({ value: null });
    expect(await runCard('boolean.lookup', { key, cases: {} })).toEqual({ value: null });
  });
});

describe('results over 1 MB', () => {
  it.each([
    ['text.replace', { text: 'a'.repeat(1_000_000), find: 'a', replacement: 'b'.repeat(1_000_000) }],
    ['text.compose', { template: '{{a}}'.repeat(10_000), values: { a: 'b'.repeat(10_000) } }],
    ['text.split', { text: ','.repeat(1_000_000) }],
    ['list.join', { list: Array.from({ length: 10_000 }, () => null), separator: ' '.repeat(10_000) }],
    ['pattern.replace', { text: 'a'.repeat(10_000), pattern: 'a', replacement: 'b'.repeat(10_000) }],
  ])('%s refuses to make one', async (id, input) => {
    await expect(runCard(id, input)).rejects.toHaveProperty('code', 'too_large');
  });
});
