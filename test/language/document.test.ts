import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/language/document.ts';
import { toYaml } from '../../src/language/yaml-text.ts';
import { parse, shown } from './catalogue.ts';

const valueOf = (text: string): unknown => {
  const read = readDocument(text);
  return read.ok ? read.document.value : read.problems;
};

const lol = (level: number): string =>
  `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}*l${level - 1}]`;

describe('reading a document', () => {
  it('takes on and dates as text and 007 as a number, as YAML 1.2 does', () => {
    expect(valueOf('on: yes\nday: 2026-12-01\nagent: 007')).toEqual({
      on: 'yes',
      day: '2026-12-01',
      agent: 7,
    });
  });

  it('takes JSON', () => {
    expect(valueOf('{"a": [1, null, true], "b": {"c": "\\u00e9"}}')).toEqual({
      a: [1, null, true],
      b: { c: 'é' },
    });
  });

  it('takes what JSON.stringify writes, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
        const read = readDocument(JSON.stringify(value));

        if (read.ok) expect(read.document.value).toEqual(JSON.parse(JSON.stringify(value)));
        else expect(read.problems[0]?.code).toMatch(/^(reserved_key|merge_key|number)$/);
      }),
    );
  });

  it('means the same after a round trip over YAML', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const first = readDocument(JSON.stringify(value));
        fc.pre(first.ok);

        const second = readDocument(toYaml(first.document.value));

        expect(second.ok && second.document.value).toEqual(first.document.value);
      }),
    );
  });

  it.each([
    [
      'a: &x 1\nb: 2',
      '1:4 Anchors are not allowed: write the value out where it is needed, or keep it with set',
    ],
    ['b: *x', '1:4 Aliases are not allowed: write the value out; text that begins with * is quoted'],
    ['a: 1\nb: !!str 5', '2:4 Tags are not allowed: text that begins with ! is quoted'],
    ['%YAML 1.1\n---\na: 1', '1:1 Directives are not allowed: a flow is always YAML 1.2'],
    ['a: 1\n---\nb: 1', '2:1 One file holds one flow: put what follows this "---" into a file of its own'],
    ['a: 1\n<<: { b: 2 }', '2:1 Merge keys are not allowed: write the members out'],
    ['a: 1\nb: 2\na: 3', '3:1 The key "a" stands here twice: remove one of them'],
    ['a:\n  __proto__: { x: 1 }', '2:3 The key "__proto__" is not allowed: choose another name'],
    ['constructor: 1', '1:1 The key "constructor" is not allowed: choose another name'],
    ['? [a]\n: 1', '1:3 A key is one text; quote it where YAML reads something else'],
    ['a: .inf', '1:4 The number .inf is no JSON number: quote it to make it text'],
    [
      'id: 12345678901234567890',
      '1:5 The number 12345678901234567890 is too large to be kept exactly: quote it to make it text',
    ],
    [
      'steps: [',
      '1:9 This is no valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a: "b\nc: 1', '2:5 This is no valid YAML: Missing closing "quote'],
    ['a:\n\tb: 1', '2:1 This is no valid YAML: Tabs are not allowed as indentation'],
  ])('refuses %j at its line and column', (text, problem) => {
    expect(shown(text)).toEqual([problem]);
  });

  it('says what to do about braces of an expression that YAML takes for its own', () => {
    const [problem] = shown('steps:\n  - set: { a: ${{ inputs.a }} }');

    expect(problem).toMatch(
      /^2:1\d This is no valid YAML: .*; quote text with \$\{\{ \}\} inside \{ \} and \[ \]/,
    );
  });

  it('refuses the aliases of a billion laughs without building them', () => {
    const text = ['l0: &l0 lol', ...Array.from({ length: 9 }, (_, at) => lol(at + 1))].join('\n');

    expect(shown(text)[0]).toMatch(/^1:5 Anchors are not allowed/);
    expect(shown(text)[1]).toMatch(/^2:5 Anchors are not allowed/);
  });

  it('refuses 3 MB of text unread', () => {
    expect(shown('a'.repeat(3_000_000))).toEqual([
      '1:1 The flow has 3000000 bytes; at most 256000 are allowed',
    ]);
  });

  it.each(['[', '{a: ', '- ', '? '])('refuses endless nesting by %j', (opening) => {
    const [problem] = shown(opening.repeat(50_000));

    expect(problem).toMatch(/^1:\d+ The document is nested deeper than 64 levels$/);
  });

  it('gives problems for any text, and never throws', () => {
    const words = fc.constantFrom(
      'steps:',
      '- ',
      '\n',
      '  ',
      'card: ',
      '${{ ',
      ' }}',
      '{',
      ']',
      '"',
      '&a',
      ': ',
      '|',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((parts) => parts.join('')),
    );

    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parse(text);
        const problems = parsed.ok ? [] : parsed.problems;
        for (const { line = 0, column = 0 } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
        expect(parsed.ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
