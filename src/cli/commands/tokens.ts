/** `sluice tokens list|create|revoke`: who may call the installation. */
import * as z from 'zod';
import { Anything } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readList } from '../page.ts';
import { drawTable, oneLine } from '../table.ts';

const Listed = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  revokedAt: z.unknown().optional(),
});

export const tokensList = command({
  name: 'tokens list',
  summary: 'the tokens; their texts are shown once only, when they are created',
  takes: [],
  options: {},
  run: async ({ api, terminal, isJson }) => {
    const found = await readList(api, '/api/v1/tokens', { item: Listed });
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('There are no tokens but the first administrator.');
    else {
      const rows = found.map(({ id, name, scopes, revokedAt }) => [
        id,
        oneLine(name),
        revokedAt == null ? 'active' : 'revoked',
        scopes.join(' '),
      ]);
      drawTable(['TOKEN', 'NAME', 'STATE', 'SCOPES'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

const Created = z.looseObject({ id: z.string(), token: z.string() });

export const tokensCreate = command({
  name: 'tokens create',
  summary: 'makes a token and shows it once, on standard output',
  takes: ['<name>'],
  options: {
    flow: { type: 'string', value: 'NAME', help: "may call this flow's endpoint; at most two are active" },
    role: { type: 'string', value: 'ROLE', help: 'administrator, operator, author or auditor' },
    scope: { type: 'string', multiple: true, value: 'SCOPE', help: 'one scope, such as runs:read' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const { flow, role, scope } = flags;
    const chosen = [flow, role, scope].filter((given) => given !== undefined).length;
    if (chosen !== 1) throw new CliError('usage', 'Say what it may do: one of --flow, --role or --scope.');
    const body = { name: args[0], flow, role, scopes: scope };
    const answer = await askApi(api, '/api/v1/tokens', { method: 'POST', body, gives: Created });
    if (isJson) terminal.out(JSON.stringify(answer));
    else {
      terminal.note(`Token ${answer.id}, shown this once:`);
      terminal.out(answer.token);
    }
    return 'done';
  },
});

export const tokensRevoke = command({
  name: 'tokens revoke',
  summary: 'ends a token, for good',
  takes: ['<token-id>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [id = ''] = args;
    await askApi(api, `/api/v1/tokens/${encodeURIComponent(id)}`, { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ revoked: id }));
    else terminal.note(`Token ${id} is revoked.`);
    return 'done';
  },
});
