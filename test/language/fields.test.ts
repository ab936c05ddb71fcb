import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../src/domain/flow.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { checkFields, fieldsToJsonSchema, fitToSchema } from '../../src/language/fields.ts';

const from = (origin: 'json' | 'text' | 'fit') => (fields: Fields, given: JsonObject) => {
  const checked = checkFields(fields, given, { from: origin });
  return checked.ok ? checked.value : checked.errors.map(({ message }) => message);
};
const json = from('json');
const text = from('text');
const fit = from('fit');

describe('inputs as JSON', () => {
  it('are told every fault at once, with its path', () => {
    const fields: Fields = {
      name: { type: 'string' },
      age: { type: 'integer', minimum: 18 },
      user: {
        type: 'object',
        properties: { mail: { type: 'string', format: 'email' }, note: { type: 'string', optional: true } },
      },
      tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
    };

    const checked = checkFields(
      fields,
      { nmae: 'Ana', age: 17.5, user: { mail: 'nobody' }, tags: ['abc', 'abcd', 5] },
      { from: 'json' },
    );

    expect(checked).toEqual({
      ok: false,
      errors: [
        { path: 'name', code: 'required', message: '"name" is required' },
        { path: 'age', code: 'type', message: '"age" must be a whole number, but is the number 17.5' },
        { path: 'user.mail', code: 'format', message: '"user.mail" must be an email address' },
        { path: 'tags[1]', code: 'too_long', message: '"tags[1]" must have at most 3 characters' },
        { path: 'tags[2]', code: 'type', message: '"tags[2]" must be text, but is the number 5' },
        { path: 'nmae', code: 'unknown', message: '"nmae" is not known; did you mean "name"?' },
      ],
    });
  });

  it('have defaults filled in, in nested objects too', () => {
    const fields: Fields = {
      tone: { type: 'string', default: 'warm' },
      user: { type: 'object', properties: { role: { type: 'string', default: 'guest' } } },
      note: { type: 'string', optional: true },
    };

    expect(json(fields, { user: {} })).toEqual({ tone: 'warm', user: { role: 'guest' } });
  });

  it('are not turned into other types', () => {
    const fields: Fields = { n: { type: 'number' }, t: { type: 'string' }, l: { type: 'array' } };

    expect(json(fields, { n: '5', t: 5, l: 'x' })).toEqual([
      '"n" must be a number, but is the text "5"',
      '"t" must be text, but is the number 5',
      '"l" must be a list, but is the text "x"',
    ]);
  });

  it('may be null where null is one of the types', () => {
    expect(json({ a: { type: ['string', 'null'] } }, { a: null })).toEqual({ a: null });
    expect(json({ a: { type: 'string' } }, { a: null })).toEqual(['"a" must be text, but is null']);
  });

  it('never set a prototype', () => {
    const given = JSON.parse('{"__proto__": {"admin": true}}') as JsonObject;

    expect(json({}, given)).toEqual(['"__proto__" is not allowed as a name']);
    expect(
      json({ o: { type: 'object' } }, JSON.parse('{"o": {"__proto__": {"admin": true}}}') as JsonObject),
    ).not.toHaveProperty('o.admin');
    expect(json({ toString: { type: 'string', optional: true } }, {})).toEqual({});
  });

  it.each<[JsonObject & { type: string }, Json, string | undefined]>([
    [
      { type: 'string', enum: ['red', 'green'] },
      'gren',
      '"a" must be one of red, green; did you mean "green"?',
    ],
    [{ type: 'string', const: 'x' }, 'y', '"a" must be x'],
    [{ type: 'string', pattern: '^a+$' }, 'ab', '"a" must match the pattern ^a+$'],
    [{ type: 'string', pattern: '(a+)+$' }, `${'a'.repeat(5000)}!`, '"a" must match the pattern (a+)+$'],
    [{ type: 'string', minLength: 2 }, '👍', '"a" must have at least 2 characters'],
    [{ type: 'number', exclusiveMaximum: 5 }, 5, '"a" must be less than 5'],
    [{ type: 'number', multipleOf: 0.1 }, 0.3, undefined],
    [{ type: 'number', multipleOf: 0.1 }, 0.35, '"a" must be a multiple of 0.1'],
    [{ type: 'array', minItems: 2 }, [1], '"a" must have at least 2 items, but has 1'],
    [
      { type: 'array', uniqueItems: true },
      [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
      '"a[1]" is the same as item 0; each may stand here once',
    ],
    [
      { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: false },
      { b: '', c: 1 },
      '"a.c" is not known; known are b',
    ],
    [
      { type: 'object', additionalProperties: { type: 'number' } },
      { x: 'y' },
      '"a.x" must be a number, but is the text "y"',
    ],
    [{ type: 'string', format: 'date' }, '2026-02-30', '"a" must be a date such as 2026-11-23'],
    [{ type: 'string', format: 'date' }, '2028-02-29', undefined],
    [
      { type: 'string', format: 'date-time' },
      '2026-11-23T25:00:00Z',
      '"a" must be a time such as 2026-11-23T12:00:00Z',
    ],
    [{ type: 'string', format: 'date-time' }, '2026-11-23T12:00:00+01:00', undefined],
    [{ type: 'string', format: 'time' }, '24:00', '"a" must be a time such as 09:30'],
    [{ type: 'string', format: 'email' }, 'ana@example.com', undefined],
    [{ type: 'string', format: 'email' }, 'ana@-example.com', '"a" must be an email address'],
    [{ type: 'string', format: 'uri' }, '/path', '"a" must be a URL such as https://example.com/'],
    [{ type: 'string', format: 'uuid' }, '123e4567-e89b-12d3-a456-426614174000', undefined],
    [{ type: 'string', format: 'ipv4' }, '10.0.0.256', '"a" must be an IPv4 address'],
    [{ type: 'string', format: 'ipv6' }, '::1', undefined],
    [{ type: 'string', format: 'hostname' }, 'a_b', '"a" must be a host name'],
  ])('%j given %j: %s', (field, value, problem) => {
    expect(json({ a: field }, { a: value })).toEqual(problem === undefined ? { a: value } : [problem]);
  });
});

describe('inputs as text, from a query or a form', () => {
  const fields: Fields = {
    n: { type: 'number', optional: true },
    b: { type: 'boolean', optional: true },
    l: { type: 'array', items: { type: 'integer' }, optional: true },
    o: { type: 'object', optional: true },
    t: { type: 'string', optional: true },
    d: { type: 'string', format: 'date', optional: true },
    u: { type: ['integer', 'string'], optional: true },
  };

  it('become the declared types', () => {
    const given = { n: '5.5', b: 'true', l: ['1', '2'], o: '{"x": 1}', t: '5', u: '7' };

    expect(text(fields, given)).toEqual({ n: 5.5, b: true, l: [1, 2], o: { x: 1 }, t: '5', u: 7 });
  });

  it('are a list of one when a key of a list stands there once', () => {
    expect(text(fields, { l: '1' })).toEqual({ l: [1] });
    expect(text(fields, { l: '[1, 2]' })).toEqual({ l: [1, 2] });
  });

  it('are left out when a form left them empty, except plain text', () => {
    expect(text(fields, { n: '', d: '', t: '' })).toEqual({ t: '' });
    expect(text({ n: { type: 'number' } }, { n: '' })).toEqual(['"n" is required']);
  });

  it.each([
    [{ n: 'five' }, '"n" must be a number, but is the text "five"'],
    [{ n: '0x10' }, '"n" must be a number, but is the text "0x10"'],
    [{ n: '1e999' }, '"n" must be a number, but is the text "1e999"'],
    [{ b: 'maybe' }, '"b" must be true or false, but is the text "maybe"'],
    [{ t: ['a', 'b'] }, '"t" must be text, but is a list'],
    [{ o: '[1]' }, '"o" must be an object, but is the text "[1]"'],
    [{ l: ['1', 'x'] }, '"l[1]" must be a whole number, but is the text "x"'],
  ])('%j is refused', (given, problem) => {
    expect(text(fields, given)).toEqual([problem]);
  });
});

describe('values of expressions', () => {
  it('are fitted: one becomes a list of one, nothing an empty list, numbers and booleans text', () => {
    const fields: Fields = {
      ids: { type: 'array', items: { type: 'string' } },
      none: { type: 'array' },
      yes: { type: 'string' },
    };

    expect(fit(fields, { ids: 5, yes: true })).toEqual({ ids: ['5'], none: [], yes: 'true' });
  });

  it('are not fitted where that would guess', () => {
    expect(fit({ n: { type: 'number' } }, { n: '5' })).toEqual(['"n" must be a number, but is the text "5"']);
    expect(fit({ s: { type: 'string' } }, { s: ['x'] })).toEqual(['"s" must be text, but is a list']);
  });

  it('are fitted to the schemas of cards', () => {
    const schema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'string' } },
        either: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'number' } }] },
        tree: { $ref: '#/$defs/tree' },
      },
      required: ['list'],
      $defs: {
        tree: { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/tree' } } },
      },
    };

    expect(fitToSchema({ either: [1], tree: { name: 1, next: { name: 2 } } }, schema)).toEqual({
      list: [],
      either: [1],
      tree: { name: '1', next: { name: '2' } },
    });
    expect(fitToSchema({ list: 'a', either: 5 }, schema)).toEqual({ list: ['a'], either: '5' });
  });

  it('stay as they are when nothing fits', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } }, additionalProperties: false };

    expect(fitToSchema({ a: 'x', b: 1 }, schema)).toEqual({ a: 'x', b: 1 });
    expect(fitToSchema('text', schema)).toBe('text');
  });
});

describe('what the validator takes', () => {
  const field = fc.record({ type: fc.constantFrom('string', 'number', 'boolean', 'array', 'object') });

  it('it takes again, unchanged', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), field),
        fc.jsonValue(),
        (fields, value) => {
          const given = Object.fromEntries(Object.keys(fields).map((name) => [name, value])) as JsonObject;
          const first = checkFields(fields, given, { from: 'fit' });
          fc.pre(first.ok);

          expect(checkFields(fields, first.value, { from: 'json' })).toEqual(first);
        },
      ),
    );
  });
});

describe('fields as JSON Schema', () => {
  it('say what is required in the words of JSON Schema, and nothing of our own', () => {
    const fields: Fields = {
      a: { type: 'string', secret: true, widget: 'password' },
      b: {
        type: 'object',
        properties: { c: { type: 'string' }, d: { type: 'string', optional: true } },
        optional: true,
      },
      e: { type: 'string', default: 'x' },
      optional: { type: 'boolean', optional: true },
    };

    expect(fieldsToJsonSchema(fields)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'object', properties: { c: { type: 'string' }, d: { type: 'string' } }, required: ['c'] },
        e: { type: 'string', default: 'x' },
        optional: { type: 'boolean' },
      },
      required: ['a'],
      additionalProperties: false,
    });
  });
});
