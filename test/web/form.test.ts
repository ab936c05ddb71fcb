/** Forms out of declared fields: which control each one gets, what a browser enforces, and how errors are worded. */
import { describe, expect, it } from 'vitest';
import type { Field, Fields } from '../../src/domain/flow.ts';
import { drawInputs } from '../../src/web/form/draw-form.ts';
import { formErrorsOf } from '../../src/web/form/form-errors.ts';
import { inputsOf } from '../../src/web/form/inputs.ts';
import { readForm } from '../../src/web/form/read-form.ts';
import { defaultsOf, textsOf } from '../../src/web/form/texts.ts';

const draw = async (fields: Fields): Promise<string> => {
  const inputs = inputsOf(fields);
  const state = { texts: defaultsOf(inputs), errors: new Map(), timezone: 'UTC' };
  return String(await drawInputs(inputs, state));
};

const drawn = (field: Field): Promise<string> => draw({ value: field });

const FIVE = ['a', 'b', 'c', 'd', 'e'];

describe('a field is asked for by', () => {
  it.each<[string, Field, RegExp]>([
    ['a line', { type: 'string', maxLength: 9 }, /<input type="text" [^>]*required [^>]*maxlength="9"/],
    ['a long text', { type: 'string', widget: 'textarea' }, /<textarea [^>]*rows="4"/],
    ['a password', { type: 'string', secret: true, default: 'x' }, /type="password"(?:(?!value="x")[^>])*>/],
    ['an address', { type: 'string', format: 'email' }, /type="email"/],
    ['a link', { type: 'string', format: 'uri' }, /type="url"/],
    ['a date', { type: 'string', format: 'date' }, /type="date"/],
    [
      'a wall time and a zone',
      { type: 'string', format: 'date-time' },
      /datetime-local[\s\S]*name="value.zone"/,
    ],
    ['a number', { type: 'number', minimum: 0, exclusiveMaximum: 5 }, /min="0" max="5" step="any"/],
    ['a whole number', { type: 'integer' }, /step="1"[^>]*inputmode="numeric"/],
    ['a tick', { type: 'boolean', default: true }, /<input type="checkbox"[^>]* checked/],
    ['a tick that has to be made', { type: 'boolean', const: true }, /type="checkbox"[^>]* required/],
    ['yes, no or nothing', { type: 'boolean', optional: true }, /Yes[\s\S]*No[\s\S]*No answer/],
    ['up to five choices at once', { type: 'string', enum: FIVE }, /(type="radio"[\s\S]*){5}/],
    [
      'more choices in a list',
      { type: 'string', enum: [...FIVE, 'f'] },
      /<select [\s\S]*(<option [\s\S]*){6}/,
    ],
    ['a list where it says so', { type: 'string', enum: FIVE, widget: 'select' }, /<select /],
    ['ticks', { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, /(type="checkbox"[\s\S]*){2}/],
    [
      'a line for each item',
      { type: 'array', items: { type: 'number' } },
      /One on each line[\s\S]*<textarea/,
    ],
    [
      'its parts',
      { type: 'object', properties: { a: { type: 'string' } } },
      /<fieldset[\s\S]*name="value.a"/,
    ],
    ['JSON', { type: 'array', items: { type: 'object' } }, /Written as JSON[\s\S]*<textarea/],
    ['a line, if one of its types is text', { type: ['string', 'null'] }, /<input type="text"/],
  ])('%s', async (_, field, expected) => {
    expect(await drawn(field)).toMatch(expected);
  });

  it('its title, or its name in words', async () => {
    const html = await draw({
      startDate: { type: 'string' },
      day_one: { type: 'string' },
      x: { type: 'string', title: 'X!' },
    });

    expect([...html.matchAll(/<label for="[^"]*">([^<]*)/g)].map(([, text]) => text)).toEqual([
      'Start date',
      'Day one',
      'X!',
    ]);
  });
});

describe('what a browser enforces', () => {
  it.each([
    ['^[a-z]+$', 'ana', true],
    ['^[a-z]+$', 'Ana', false],
    ['[0-9]', 'room 7', true],
    ['a|b', 'xbx', true],
  ])('of the pattern %s for "%s" is what the server finds', async (pattern, text, fits) => {
    const attribute = / pattern="([^"]*)"/.exec(await drawn({ type: 'string', pattern }))?.[1] ?? '';

    // A browser compiles it just so (HTML, 4.10.5.3.6).
    expect(new RegExp(`^(?:${attribute})$`, 'v').test(text)).toBe(fits);
  });

  it('of steps is nothing that the server would take', async () => {
    expect(await drawn({ type: 'number', minimum: 1, multipleOf: 5 })).toContain('step="any"');
    expect(await drawn({ type: 'number', multipleOf: 0.5 })).toContain('step="0.5"');
  });
});

describe('defaults', () => {
  it('stand in the form as it is opened', async () => {
    const html = await draw({
      lines: { type: 'array', items: { type: 'integer' }, default: [1, 2] },
      home: { type: 'object', default: { city: 'Ulm' }, properties: { city: { type: 'string' } } },
      at: { type: 'string', format: 'date-time', default: '2026-07-01T09:30:00+02:00' },
      kind: { type: 'string', enum: ['a', 'b'], default: 'b' },
    });

    expect(html).toMatch(/<textarea[^>]*>\n1\n2<\/textarea>/);
    expect(html).toMatch(/name="home.city"[^>]* value="Ulm"/);
    expect(html).toMatch(/name="at"[^>]* value="2026-07-01T09:30:00"[\s\S]*name="at.zone" value="\+02:00"/);
    expect(html).toMatch(/value="b" checked/);
  });

  it('that are instants with an offset come back as they are', () => {
    const inputs = inputsOf({ at: { type: 'string', format: 'date-time' } });

    const sent = textsOf([
      ['at', '2026-07-01T09:30:00'],
      ['at.zone', '+02:00'],
    ]);

    expect(readForm(inputs, sent).given).toEqual({ at: '2026-07-01T09:30:00+02:00' });
  });
});

describe('errors of a form', () => {
  const inputs = inputsOf({
    name: { type: 'string', title: 'Full name' },
    nameTwo: { type: 'string' },
    lines: { type: 'array', items: { type: 'string' } },
    home: { type: 'object', properties: { zip: { type: 'integer' } } },
  });

  it('stand at their questions, in the order of the form', () => {
    const items = [
      { path: 'home.zip', code: 'type', message: '"home.zip" must be a whole number, but is the text "x"' },
      { path: 'lines[1]', code: 'format', message: '"lines[1]" must be a host name' },
      { path: 'nameTwo', code: 'required', message: '"nameTwo" is required' },
      { path: 'other', code: 'unknown', message: 'No such thing.' },
    ];

    expect([...formErrorsOf(items, inputs)]).toEqual([
      ['', 'No such thing.'],
      ['nameTwo', 'Fill in “Name two”.'],
      ['lines', '“Lines”, entry 2, must be a host name.'],
      ['home.zip', '“Zip” must be a whole number.'],
    ]);
  });
});
