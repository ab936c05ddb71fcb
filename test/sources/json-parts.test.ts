import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, itemsAt } from '../../src/sources/json-parts.ts';

const texts = (text: string, ...path: readonly string[]): readonly string[] | undefined =>
  itemsAt(text, path)?.map(([from, to]) => text.slice(from, to));

describe('the items of an array in a JSON text', () => {
  it('are the exact texts between the commas', () => {
    const text = ' { "data" : {"events":[ {"n": 1.0e2 , "t":"],}" } ,[ ],"\\\\", -1 ,null\n] } } ';

    expect(texts(text, 'data', 'events')).toEqual([
      '{"n": 1.0e2 , "t":"],}" }',
      '[ ]',
      '"\\\\"',
      '-1',
      'null',
    ]);
  });

  it('are none where the array is empty', () => {
    expect(texts('[ ]')).toEqual([]);
  });

  it('are not there where something else is', () => {
    expect(texts('{"data":{"events":{}}}', 'data', 'events')).toBeUndefined();
    expect(texts('{"data":[1]}', 'data', 'events')).toBeUndefined();
    expect(texts('"[1]"')).toBeUndefined();
    expect(texts('{"a":1}', 'toString')).toBeUndefined();
  });

  it('are those of the last of two members with one name, however it is written', () => {
    expect(texts('{"a":[1],"a":[2]}', 'a')).toEqual(['2']);
    expect(texts('{"a":[1],"\\u0061":[2]}', 'a')).toEqual(['2']);
    expect(texts('{"a":{"b":[1]},"a":{"c":0}}', 'a', 'b')).toBeUndefined();
  });

  it('are what JSON.parse finds, in every text', () => {
    const space = fc.constantFrom(0, 1, '\t');
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.string(),
        fc.jsonValue(),
        space,
        (items, name, other, indent) => {
          const text = JSON.stringify({ before: other, [name]: { list: items }, after: other }, null, indent);
          const expected: unknown = JSON.parse(text)[name]?.list;

          const found = texts(text, name, 'list')?.map((part): unknown => JSON.parse(part));

          expect(found).toEqual(Array.isArray(expected) ? expected : undefined);
        },
      ),
    );
  });
});

describe('the depth of a JSON text', () => {
  it('counts arrays and objects, not brackets in texts', () => {
    expect(isDeeperThan('[{"a":"[[[[]"}]', 1)).toBe(true);
    expect(isDeeperThan('[{"a":"[[[[]"}]', 2)).toBe(false);
    expect(isDeeperThan('[[],[],[]]', 2)).toBe(false);
  });

  it('may be any: nothing recurses', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);

    expect(isDeeperThan(deep, 200)).toBe(true);
    expect(texts(`[${deep}]`)).toEqual([deep]);
  });
});
