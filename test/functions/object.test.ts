import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmpty } from '../../src/functions/values/comparison.ts';
import { valueAt, withoutValue, withValue } from '../../src/functions/values/path.ts';

const key = fc.constantFrom('a', 'b', '__proto__', 'constructor');
const object = fc.dictionary(key, fc.dictionary(key, fc.integer()), { noNullPrototype: true });

describe('paths', () => {
  it('find what was put at them, and leave the source as it was', () =>
    fc.assert(
      fc.property(object, key, key, fc.integer(), (source, outer, inner, value) => {
        const before = JSON.stringify(source);
        const changed = withValue(source, [outer, inner], value);

        expect(valueAt(changed, `${outer}.${inner}`)).toBe(value);
        expect(valueAt(withoutValue(changed, [outer, inner]), [outer, inner])).toBeUndefined();
        expect(JSON.stringify(source)).toBe(before);
        expect(Object.getPrototypeOf(changed)).toBe(Object.prototype);
      }),
    ));

  it.each([
    ['a.10001', {}],
    ['a.b', { a: [1] }],
    ['a.b', { a: 1 }],
    ['', {}],
  ])('"%s" cannot be set in %j', (path, source) => {
    expect(() => withValue(source, path, 1)).toThrow(expect.objectContaining({ code: 'invalid_path' }));
  });
});

describe('emptiness', () => {
  it.each([null, '', [], {}])('%j is empty', (value) => expect(isEmpty(value)).toBe(true));
  it.each([0, false, ' ', [null], { a: null }])('%j is a value', (value) =>
    expect(isEmpty(value)).toBe(false),
  );
});
