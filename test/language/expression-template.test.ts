import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { resolve } from '../../src/language/resolve.ts';
import { expressionsIn, parseTemplate, unclosedIn } from '../../src/language/template.ts';
import { AT, SCOPE } from './expression-scope.ts';

const filled = (template: Json): Promise<Json | undefined> => resolve(template, SCOPE, AT);

describe('an expression in a text', () => {
  it.each([
    ['${{ a }}', [' a ']],
    ['x ${{ a }} y ${{b}}', [' a ', 'b']],
    ["${{ {'a': {'b': 1}} }}", [" {'a': {'b': 1}} "]],
    ["${{ '}}' }}", [" '}}' "]],
    ["${{ 'it\\'s }}' }}", [" 'it\\'s }}' "]],
    ['${{ a.`}}` }}', [' a.`}}` ']],
    ['${{ /* }} */ a }}', [' /* }} */ a ']],
    ['${{ $match(a, /\\}\\}/) }}', [' $match(a, /\\}\\}/) ']],
    ['${{ a / b }} and / c }}', [' a / b ']],
    ['${{ a.* / b }} / }}', [' a.* / b ']],
    ['${{ (a }}', [' (a ']],
    ['$${{ a }} ${{ b }}', [' b ']],
    ['$${{', []],
    ['${ { a }}', []],
  ])('%s', (text, sources) => {
    const template = parseTemplate(text);

    const found = template.ok ? template.parts.filter((part) => part.kind === 'expression') : [];
    expect(found.map(({ source }) => source)).toEqual(sources);
    for (const { source, offset } of found) expect(text.slice(offset).startsWith(source)).toBe(true);
  });

  it('that is never closed is a problem with its place', () => {
    expect(parseTemplate("x ${{ 'a }}")).toMatchObject({
      ok: false,
      code: 'unclosed_expression',
      position: 2,
    });
    expect(unclosedIn({ a: ['${{ b'] })).toMatchObject([{ path: 'a[0]', offset: 0 }]);
  });

  it('is listed with its path', () => {
    expect(expressionsIn({ to: ['x ${{ a }}'], 'Content-Type: x': '${{b}}', n: 1 })).toEqual([
      { path: 'to[0]', source: ' a ', offset: 5 },
      { path: '["Content-Type: x"]', source: 'b', offset: 3 },
    ]);
  });
});

describe('resolving', () => {
  it('keeps the type of a value that is one expression, blanks apart', async () => {
    expect(await filled('${{ inputs.five }}')).toBe(5);
    expect(await filled(' ${{ inputs.tags }}\n')).toEqual(['b', 'a', 'b']);
    expect(await filled('${{ inputs.nil }}')).toBeNull();
    expect(await filled('${{ inputs.missing }}')).toBeUndefined();
  });

  it('writes nothing and null as "" inside a text, objects and lists as JSON', async () => {
    expect(await filled('<${{ inputs.missing }}${{ inputs.nil }}>')).toBe('<>');
    expect(await filled('${{ inputs.tags }}, ${{ inputs.no }}')).toBe('["b","a","b"], false');
    expect(await filled('$${{ ${{ inputs.five }} }}')).toBe('${{ 5 }}');
    expect(await filled('$${{ x }}')).toBe('${{ x }}');
  });

  it('leaves out the key or the list place of an expression that finds nothing; null stays', async () => {
    const template = { a: '${{ inputs.missing }}', b: ['${{ inputs.missing }}', '${{ inputs.nil }}', 'x'] };

    expect(await filled(template)).toEqual({ b: [null, 'x'] });
  });

  it('names the field and the column of what fails', async () => {
    const template = { profile: { names: ['ok', "Dear ${{ inputs.name + 'x'.y }}"] } };
    const failing = { profile: { names: ['ok', 'Dear ${{ inputs.name + 1 }}'] } };

    await expect(filled(template)).rejects.toMatchObject({ code: 'expression' });
    await expect(filled(failing)).rejects.toMatchObject({
      code: 'expression',
      message: expect.stringMatching(/^"profile\.names\[1\]", column 22: /) as unknown,
    });
    await expect(filled({ a: '${{ b' })).rejects.toMatchObject({
      code: 'expression',
      message: expect.stringMatching(/^"a", column 1: This \$\{\{ is never closed/) as unknown,
    });
  });

  it('hands on JSON without expressions as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        // What fast-check calls JsonValue is our Json, but not read-only.
        const template = value as Json;
        fc.pre(!JSON.stringify(template).includes('${{'));
        expect(await filled(template)).toBe(template);
      }),
    );
  });

  it('joins the parts of a text as they stand', async () => {
    const part = fc.oneof(
      fc
        .string()
        .filter((text) => !text.includes('$'))
        .map((text) => [text, text] as const),
      fc
        .constantFrom(...(['name', 'five', 'no', 'zero'] as const))
        .map((name) => [`\${{ inputs.${name} }}`, String(SCOPE.inputs[name])] as const),
    );

    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1 }), async (parts) => {
        const template = `>${parts.map(([written]) => written).join('')}`;
        expect(await filled(template)).toBe(`>${parts.map(([, meant]) => meant).join('')}`);
      }),
    );
  });

  it('throws nothing but StepError, whatever stands in the expression', async () => {
    const token = fc.constantFrom(
      ...`inputs . name [ ] ( ) { } 'a' 1 + = != & / $ $$ $map $string , : ? ?? ?: := $x function ~> ^ | * ** % @ #
        and null /a/ \` .. - tags steps.users.rows $sum _jsonata_lambda`.split(/\s+/),
      ' ',
    );

    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 14 }), async (tokens) => {
        const outcome = await filled(`\${{ ${tokens.join('')} }}`).then(
          () => 'value',
          (error: unknown) => (error instanceof Error ? error.name : 'no error'),
        );
        expect(['value', 'StepError']).toContain(outcome);
      }),
      { numRuns: 3_000 },
    );
  });
});
