import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cards } from '../../src/cards.ts';
import { isObject, type Json } from '../../src/domain/json.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { readDocument } from '../../src/language/document.ts';
import { flowJsonSchema } from '../../src/language/json-schema.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { toYaml } from '../../src/language/yaml-text.ts';

const catalogue = catalogueOf(cards);
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(
  flowJsonSchema(catalogue),
);

const flows = readdirSync('flows', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ name: file.replace(/\.yaml$/, ''), text: readFileSync(`flows/${file}`, 'utf8') }));

const documentOf = (text: string) => {
  const read = readDocument(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document.value;
};

const accepts = (text: string): boolean => validate(documentOf(text));

describe.each(flows)('the flow $name that comes with Sluice', ({ name, text }) => {
  it('can be saved, without a warning', () => {
    expect(parseFlow(name, text, catalogue)).toMatchObject({ ok: true, warnings: [] });
  });

  it('fits the JSON Schema that editors use', () => {
    expect(validate(documentOf(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('means the same once it went through JSON and YAML', () => {
    const again = toYaml(documentOf(JSON.stringify(documentOf(text))));

    expect(parseFlow(name, again, catalogue)).toEqual(parseFlow(name, text, catalogue));
  });

  it('names its schema in the first line', () => {
    expect(text).toMatch(/^# yaml-language-server: \$schema=(\.\.?\/)+flow\.schema\.json\n/);
  });
});

const flow = (step: string): string => `trigger: { kind: manual }\nsteps:\n  - ${step}`;

/** Every place of a document, as the members that lead there. */
const placesOf = (value: Json): readonly (readonly string[])[] =>
  Array.isArray(value) || isObject(value)
    ? [
        [],
        ...Object.entries(value).flatMap(([key, member]) => placesOf(member).map((place) => [key, ...place])),
      ]
    : [[]];

const replaced = (value: Json, [key, ...rest]: readonly string[], by: Json): Json => {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => (String(index) === key ? replaced(item, rest, by) : item));
  }
  return isObject(value) ? { ...value, [key]: replaced(value[key] ?? null, rest, by) } : value;
};

/** Flows that come with Sluice, each with something else in one place. */
const changedFlows = fc.constantFrom(...flows).chain(({ text }) => {
  const document = documentOf(text);
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<Json>(
      [],
      {},
      '30s',
      '${{ inputs.name }}',
      '${{ item }}',
      'fail',
      [{ stop: 'x' }],
      { message: 'x' },
      5,
      true,
    ),
  );
  return fc
    .tuple(fc.constantFrom(...placesOf(document)), values)
    .map(([place, value]) => JSON.stringify(replaced(document, place, value as Json)));
});

describe('a flow that was changed in one place', () => {
  it('is refused or saved, and what can be saved fits the JSON Schema', () => {
    let saved = 0;
    fc.assert(
      fc.property(changedFlows, (text) => {
        const parsed = parseFlow('changed', text, catalogue);
        if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
        else {
          saved += 1;
          expect(accepts(text), JSON.stringify(validate.errors)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(saved).toBeGreaterThan(10);
  });
});

describe('the JSON Schema of flow files', () => {
  it.each([
    'card: text.trim\n    with: { text: "${{ inputs.x }}" }',
    'card: number.add\n    with: { numbers: "${{ inputs.x }}" }',
    'card: number.add\n    with: { numbers: [1, "${{ inputs.x }}"] }',
    'forEach: [1]\n    do: [{ yield: 1 }]',
    'if: "${{ true }}"\n    then: [{ stop: x }]',
  ])('takes a step %j', (step) => {
    expect(accepts(flow(step))).toBe(true);
  });

  it.each([
    ['an unknown key', 'card: text.trim\n    wiht: {}'],
    ['an unknown card', 'card: text.trimm\n    with: { text: x }'],
    ['a field the card does not have', 'card: text.trim\n    with: { text: x, txt: y }'],
    ['a missing field of the card', 'card: text.trim\n    with: {}'],
    ['two kinds at once', 'stop: x\n    return: y'],
    ['a duration that is none', 'card: text.trim\n    with: { text: x }\n    timeout: soon'],
    ['a fault in a nested block', 'try: [{ stopp: x }]'],
  ])('refuses %s', (_, step) => {
    expect(accepts(flow(step))).toBe(false);
  });

  it.each([
    'cron: "0 9 * * 1-5"',
    'every: { minutes: 7 }',
    'every: { hours: 2, between: { from: "22:00", to: "06:00" } }',
    'every: { days: 1, at: ["09:00", "17:00"] }',
    'every: { weeks: 2, on: [mon, thu], at: "09:00" }',
    'every: { months: 1, day: last }',
    'at: 2026-12-24T18:00',
  ])('takes a schedule with %s', (form) => {
    expect(accepts(`trigger: { kind: schedule, ${form} }\nsteps: [{ stop: x }]`)).toBe(true);
  });

  it('describes every card to whoever completes its name', () => {
    const text = JSON.stringify(flowJsonSchema(catalogue));

    for (const [id, { title, doc }] of cards) {
      expect(text).toContain(JSON.stringify({ const: id, title, description: doc }));
    }
  });
});
