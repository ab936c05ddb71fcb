/** `sluice connections list|add|remove`: the accounts that flows send requests with. */
import * as z from 'zod';
import { Anything } from '../answers.ts';
import { askApi } from '../api.ts';
import { command, type Call, type Flags } from '../command.ts';
import { CliError } from '../exit.ts';
import { readWhole } from '../page.ts';
import { secretValue } from '../secret-value.ts';
import { drawTable } from '../table.ts';

const Listed = z.looseObject({ name: z.string(), kind: z.string(), by: z.string().nullish() });

const pathOf = (name: string): string => `/api/v1/connections/${encodeURIComponent(name)}`;

export const connectionsList = command({
  name: 'connections list',
  summary: 'the connections, without their secrets',
  takes: [],
  options: {},
  run: async ({ api, terminal, isJson }) => {
    const found = await readWhole(api, '/api/v1/connections', Listed);
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('There are no connections.');
    else {
      const rows = found.map(({ name, kind, by }) => [name, kind, by ?? '']);
      drawTable(['NAME', 'KIND', 'BY'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

const OPTIONS = {
  kind: { type: 'string', value: 'http', help: 'kind of connection (http)' },
  auth: {
    type: 'string',
    value: 'HOW',
    help: 'none, basic, bearer, header or oauth2_client_credentials (none)',
  },
  'base-url': {
    type: 'string',
    value: 'URL',
    help: 'put before relative addresses; secrets go to its origin only',
  },
  username: { type: 'string', value: 'NAME', help: 'basic' },
  password: { type: 'string', value: 'VALUE', help: 'basic (secret)' },
  bearer: { type: 'string', value: 'VALUE', help: 'bearer: the token (secret)' },
  header: { type: 'string', value: 'NAME', help: 'header: its name' },
  value: { type: 'string', value: 'VALUE', help: 'header: its value (secret)' },
  'token-url': { type: 'string', value: 'URL', help: 'oauth2_client_credentials' },
  'client-id': { type: 'string', value: 'ID', help: 'oauth2_client_credentials' },
  'client-secret': { type: 'string', value: 'VALUE', help: 'oauth2_client_credentials (secret)' },
  'client-auth': { type: 'string', value: 'basic|body', help: 'where the client id and secret go (basic)' },
  scope: { type: 'string', value: 'SCOPE', help: 'oauth2_client_credentials' },
  audience: { type: 'string', value: 'AUDIENCE', help: 'oauth2_client_credentials' },
  'honours-idempotency-key': { type: 'boolean', help: 'the callee does: every request is safe to repeat' },
} as const;

type AddFlag = Exclude<keyof typeof OPTIONS, 'kind' | 'auth' | 'base-url' | 'honours-idempotency-key'>;

/** Flags of each way to sign in, and the setting that each becomes. Those with `?` may be left out. */
const SETTINGS: Readonly<Record<string, Partial<Record<AddFlag, string>>>> = {
  none: {},
  basic: { username: 'username', password: 'password' },
  bearer: { bearer: 'token' },
  header: { header: 'header', value: 'value' },
  oauth2_client_credentials: {
    'token-url': 'tokenUrl',
    'client-id': 'clientId',
    'client-secret': 'clientSecret',
    'client-auth': 'clientAuth?',
    scope: 'scope?',
    audience: 'audience?',
  },
};

const SECRET_FLAGS: readonly string[] = ['password', 'bearer', 'value', 'client-secret'];

const settingsOf = async ({ terminal, flags }: Call, given: Flags<typeof OPTIONS>) => {
  const auth = given.auth ?? 'none';
  const wanted = Object.hasOwn(SETTINGS, auth) ? SETTINGS[auth] : undefined;
  if (wanted === undefined) {
    throw new CliError('usage', `--auth takes one of ${Object.keys(SETTINGS).join(', ')}, not "${auth}".`);
  }
  const settings: Record<string, string> = { auth };
  if (given['base-url'] !== undefined) settings.baseUrl = given['base-url'];
  for (const [flag, member] of Object.entries(wanted)) {
    const value = flags[flag];
    const isSecret = SECRET_FLAGS.includes(flag);
    if (value === undefined && member.endsWith('?')) continue;
    if (value === undefined && !isSecret) throw new CliError('usage', `--auth ${auth} needs --${flag}.`);
    const text = typeof value === 'string' ? value : '-';
    settings[member.replace('?', '')] = isSecret ? await secretValue(text, terminal, `--${flag}`) : text;
  }
  return settings;
};

export const connectionsAdd = command({
  name: 'connections add',
  summary: 'stores a connection, or replaces it',
  takes: ['<name>'],
  options: OPTIONS,
  notes: ['A secret is read from standard input when it is - or left out, and from a file when it is @FILE.'],
  run: async (call) => {
    const { api, terminal, args, flags, isJson } = call;
    const [name = ''] = args;
    const body = {
      kind: flags.kind ?? 'http',
      settings: await settingsOf(call, flags),
      honoursIdempotencyKey: flags['honours-idempotency-key'] === true,
    };
    const answer = await askApi(api, pathOf(name), { method: 'PUT', body, gives: Anything });
    if (isJson) terminal.out(JSON.stringify(answer));
    else terminal.note(`Connection ${name} is set.`);
    return 'done';
  },
});

export const connectionsRemove = command({
  name: 'connections remove',
  summary: 'removes a connection; flows that use it then fail',
  takes: ['<name>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [name = ''] = args;
    await askApi(api, pathOf(name), { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ removed: name }));
    else terminal.note(`Connection ${name} is removed.`);
    return 'done';
  },
});
