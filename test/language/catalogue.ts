/** The cards that flows in these tests use: the real ones, and one that connects. */
import * as z from 'zod';
import { action, pure, type Card, type Cards } from '../../src/domain/card.ts';
import type { Parsed, Problem } from '../../src/domain/flow.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';

const greet = pure({
  title: 'Greet',
  doc: 'Greets.',
  input: z.strictObject({
    name: z.string(),
    times: z.int().min(1).default(1),
    tone: z.enum(['warm', 'cool']).optional(),
    tags: z.array(z.string()).optional(),
  }),
  output: z.strictObject({ text: z.string(), parts: z.strictObject({ first: z.string() }) }),
  examples: [{ input: { name: 'Ana' }, output: { text: 'Hi Ana', parts: { first: 'Hi' } } }],
  run: ({ name }) => ({ text: `Hi ${name}`, parts: { first: 'Hi' } }),
});

const send = action({
  title: 'Send',
  doc: 'Sends.',
  input: z.strictObject({ to: z.string(), body: z.record(z.string(), z.string()).optional() }),
  output: z.looseObject({ status: z.int() }),
  effect: () => 'once',
  connects: { kinds: ['http'], optional: true },
  examples: [
    {
      input: { to: 'ana' },
      request: { method: 'POST', url: 'https://example.com/' },
      answer: { status: 200 },
      output: { status: 200 },
    },
  ],
  perform: () => Promise.resolve({ status: 200 }),
  describe: ({ to }) => ({ to }),
});

const cards: Cards = new Map<string, Card>([
  ['test.greet', greet],
  ['test.send', send],
]);

export const catalogue = catalogueOf(cards);

export const parse = (text: string): Parsed => parseFlow('test', text, catalogue);

export const problemsOf = (text: string): readonly Problem[] => {
  const parsed = parse(text);
  return parsed.ok ? parsed.warnings : parsed.problems;
};

/** `line:column message`, as a terminal would show it. */
export const shown = (text: string): readonly string[] =>
  problemsOf(text).map(({ line, column, message }) => `${line}:${column} ${message}`);

/** A flow of these steps, which begin in line 3, started by hand, with the inputs `name` and `people`. */
export const withSteps = (steps: string): string =>
  `trigger: { kind: manual }\ninputs: { name: { type: string }, people: { type: array } }\nsteps:\n${steps}`;
