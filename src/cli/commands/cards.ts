/** `sluice cards`: what steps are made of. */
import * as z from 'zod';
import { nearest } from '../../domain/near-match.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { askApi } from '../api.ts';
import { readWhole } from '../page.ts';
import { fieldLines, typeOf } from '../schema-lines.ts';
import { drawTable, oneLine, pretty } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const line = { id: z.string(), title: z.string(), doc: z.string(), effect: z.string() };
const CardLine = z.looseObject(line);
type CardLine = z.output<typeof CardLine>;

const Card = z.looseObject({
  ...line,
  input: z.looseObject({}),
  output: z.looseObject({}),
  examples: z.array(z.looseObject({})),
});
type Card = z.output<typeof Card>;

const drawCard = (card: Card, { paint }: Terminal): string[] => {
  const [example] = card.examples;
  const shown = ['input', 'output', 'error'] as const;
  const lines = example === undefined ? [] : shown.filter((name) => name in example);
  return [
    `${paint('bold', card.id)}  ${card.title}${paint('dim', `  ${card.effect}`)}`,
    card.doc,
    '',
    paint('dim', 'with'),
    ...fieldLines(card.input),
    paint('dim', 'gives'),
    ...(fieldLines(card.output).length > 0 ? fieldLines(card.output) : [`  ${typeOf(card.output.type)}`]),
    ...(lines.length > 0 ? [paint('dim', 'example')] : []),
    ...lines.map((name) => `  ${name} ${pretty(example?.[name])}`),
  ];
};

const missing = (word: string, cards: readonly CardLine[]): CliError => {
  const near = nearest(
    word,
    cards.map(({ id }) => id),
  );
  const hint = near === undefined ? '`sluice cards` lists them.' : `Did you mean ${near}?`;
  return new CliError('refused', `There is no card with "${word}" in its name. ${hint}`);
};

export const cards = command({
  name: 'cards',
  summary: 'the cards that steps use; a whole id shows one',
  takes: ['[card]'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [word] = args;
    const all = await readWhole(api, '/api/v1/cards', CardLine);
    const exact = all.find(({ id }) => id === word);
    const found = all.filter(({ id }) => word === undefined || id.toLowerCase().includes(word.toLowerCase()));
    if (word !== undefined && found.length === 0) throw missing(word, all);
    if (exact !== undefined) {
      const card = await askApi(api, `/api/v1/cards/${encodeURIComponent(exact.id)}`, { gives: Card });
      if (isJson) terminal.out(JSON.stringify(card));
      else drawCard(card, terminal).forEach(terminal.out);
    } else if (isJson) terminal.out(JSON.stringify(found));
    else {
      const rows = found.map(({ id, effect, doc }) => [id, effect, oneLine(doc)]);
      drawTable(['CARD', 'EFFECT', 'WHAT IT DOES'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});
