/** The examples of the pure cards are their documentation; here they are their tests. */
import { describe, expect, it } from 'vitest';
import { cards } from '../../src/cards.ts';
import { isPure, type PureCard, type PureExample } from '../../src/domain/card.ts';
import { StepError } from '../../src/domain/errors.ts';

const functions = [...cards].filter((entry): entry is [string, PureCard] => isPure(entry[1]));
const NOON = '2026-11-23T12:00:00Z';

const run = async (card: PureCard, example: PureExample): Promise<unknown> =>
  card.run(card.input.parse(example.input), { now: Date.parse(example.now ?? NOON), random: () => 0.5 });

describe.each(functions)('%s', (id, card) => {
  it('is described: a title, sentences, and every field', () => {
    const fields = [card.input, card.output].flatMap((schema) =>
      'shape' in schema.def ? Object.entries(schema.def.shape ?? {}) : [],
    );

    expect(id).toMatch(/^[a-z][a-z0-9]*\.[a-z][A-Za-z0-9]*$/);
    expect(card.title).toMatch(/^[A-Z]/);
    expect(card.doc).toMatch(/^[A-Z].*\.$/);
    for (const [name, field] of fields) expect(field, name).toHaveProperty('description', expect.any(String));
  });

  it.each(card.examples.map((example, index) => [example.title ?? `example ${index + 1}`, example] as const))(
    '%s',
    async (_, example) => {
      if ('error' in example) {
        const failure = await run(card, example).catch((error: unknown) => error);

        expect(failure).toBeInstanceOf(StepError);
        expect(failure).toHaveProperty('code', example.error);
        return;
      }

      const output = await run(card, example);

      expect(output).toEqual(example.output);
      expect(card.output.parse(output)).toEqual(example.output);
      expect(JSON.parse(JSON.stringify(output))).toEqual(output);
    },
  );
});
