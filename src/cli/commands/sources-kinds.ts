/** `sluice sources kinds`: which senders there is a kind of source for, and what each can be told. */
import { nearest } from '../../domain/near-match.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readWhole } from '../page.ts';
import { fieldLines } from '../schema-lines.ts';
import { SourceKind } from '../source-answers.ts';
import { drawTable, oneLine } from '../table.ts';
import type { Paint } from '../terminal.ts';

const drawKind = ({ kind, title, doc, setup, settings }: SourceKind, paint: Paint): string[] => {
  const lines = fieldLines(settings);
  return [
    `${paint('bold', kind)}  ${title}`,
    doc,
    '',
    paint('dim', 'at the sender'),
    `  ${setup}`,
    ...(lines.length === 0 ? [] : [paint('dim', 'settings')]),
    ...lines,
  ];
};

const missing = (word: string, kinds: readonly SourceKind[]): CliError => {
  const names = kinds.map(({ kind }) => kind);
  const near = nearest(word, names);
  const hint = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
  return new CliError('refused', `There is no kind of source "${word}". ${hint}`);
};

export const sourcesKinds = command({
  name: 'sources kinds',
  summary: 'the kinds of sources; a name shows one with its settings',
  takes: ['[kind]'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [word] = args;
    const kinds = await readWhole(api, '/api/v1/source-kinds', SourceKind);
    const one = kinds.find(({ kind }) => kind === word);
    if (word !== undefined && one === undefined) throw missing(word, kinds);
    if (isJson) terminal.out(JSON.stringify(one ?? kinds));
    else if (one !== undefined) drawKind(one, terminal.paint).forEach(terminal.out);
    else {
      const rows = kinds.map(({ kind, title, doc }) => [kind, title, oneLine(doc)]);
      drawTable(['KIND', 'SENDER', 'WHAT IT SENDS'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});
