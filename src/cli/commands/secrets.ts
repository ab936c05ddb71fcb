/** `sluice secrets list|set|remove`: named secrets of flows, written and never shown again. */
import * as z from 'zod';
import { Anything } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readWhole } from '../page.ts';
import { secretValue } from '../secret-value.ts';
import { drawTable } from '../table.ts';

const Named = z.looseObject({ name: z.string(), by: z.string().nullish() });

const pathOf = (name: string): string => `/api/v1/secrets/${encodeURIComponent(name)}`;

export const secretsList = command({
  name: 'secrets list',
  summary: 'the names of the secrets',
  takes: [],
  options: {},
  run: async ({ api, terminal, isJson }) => {
    const secrets = await readWhole(api, '/api/v1/secrets', Named);
    if (isJson) terminal.out(JSON.stringify(secrets));
    else if (secrets.length === 0) terminal.note('There are no secrets.');
    else
      drawTable(
        ['NAME', 'BY'],
        secrets.map(({ name, by }) => [name, by ?? '']),
        terminal.columns,
      ).forEach(terminal.out);
    return 'done';
  },
});

export const secretsSet = command({
  name: 'secrets set',
  summary: 'stores a secret, or replaces it',
  takes: ['<name>'],
  options: {
    value: { type: 'string', value: 'VALUE', help: '- or nothing reads standard input; @FILE a file' },
  },
  notes: ['Flows read it as secrets.NAME. A value on the command line stays in the history of your shell.'],
  run: async ({ api, terminal, args, flags, isJson }) => {
    const [name = ''] = args;
    const value = await secretValue(flags.value ?? '-', terminal, `Secret ${name}`);
    if (value === '') throw new CliError('usage', 'The value is empty.');
    const answer = await askApi(api, pathOf(name), { method: 'PUT', body: { value }, gives: Anything });
    if (isJson) terminal.out(JSON.stringify(answer));
    else terminal.note(`Secret ${name} is set.`);
    return 'done';
  },
});

export const secretsRemove = command({
  name: 'secrets remove',
  summary: 'removes a secret; flows that use it then fail',
  takes: ['<name>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [name = ''] = args;
    await askApi(api, pathOf(name), { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ removed: name }));
    else terminal.note(`Secret ${name} is removed.`);
    return 'done';
  },
});
