/** Connections: configured accounts of the systems that flows send requests to. Their secrets go in and never out. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import {
  ConnectionInput,
  listConnections,
  putConnection,
  removeConnection,
  showConnection,
} from '../storage/connections.ts';
import type { ConnectionDetail, ConnectionSummary } from '../storage/connections.ts';
import { answer, endpoint } from './endpoint.ts';
import { pageOf } from './shapes/page.ts';
import { iso, Time } from './shapes/scalars.ts';

const line = {
  name: z.string(),
  kind: z.literal('http'),
  honoursIdempotencyKey: z.boolean().describe('makes every request through it safe to repeat'),
  createdAt: Time,
  updatedAt: Time,
  by: z.string().describe('id of the token that wrote it last'),
};
const ConnectionLine = z.strictObject(line).meta({ id: 'Connection' });
const Connection = z
  .strictObject({ ...line, settings: z.looseObject({}).describe('what is secret shows as "…set"') })
  .meta({ id: 'ConnectionDetail' });

const showLine = (row: ConnectionSummary): z.input<typeof ConnectionLine> => ({
  name: row.name,
  kind: row.kind,
  honoursIdempotencyKey: row.honoursIdempotencyKey,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  by: row.by,
});

const show = (row: ConnectionDetail): z.input<typeof Connection> => ({
  ...showLine(row),
  settings: { ...row.settings },
});

const noConnection = (name: string): Refusal => refuse('not_found', `There is no connection "${name}".`);

const list = endpoint({
  method: 'get',
  path: '/connections',
  scope: 'connections:read',
  summary: 'Lists all connections by name',
  gives: pageOf(ConnectionLine),
  run: async ({ env }) => answer({ items: (await listConnections(env.DB)).map(showLine), next: null }),
});

const one = endpoint({
  method: 'get',
  path: '/connections/{name}',
  scope: 'connections:read',
  summary: 'Shows a connection, without its secrets',
  gives: Connection,
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const found = await showConnection(env.DB, env.SLUICE_KEYS, param('name'));
    if (!found) return noConnection(param('name'));
    return 'ok' in found ? found : answer(show(found));
  },
});

const put = endpoint({
  method: 'put',
  path: '/connections/{name}',
  scope: 'connections:write',
  summary: 'Makes a connection, or replaces it as a whole',
  body: ConnectionInput,
  gives: Connection,
  statuses: [200, 201],
  run: async ({ env, identity, now, param, body }) => {
    const name = param('name');
    const write = { by: identity.tokenId, now };
    const done = await putConnection(env.DB, env.SLUICE_KEYS, { name, ...body }, write);
    if (!done.ok) return done;
    const saved = await showConnection(env.DB, env.SLUICE_KEYS, name);
    if (!saved) return noConnection(name);
    if ('ok' in saved) return saved;
    if (done.outcome === 'replaced') return answer(show(saved));
    return answer(show(saved), { status: 201, headers: { Location: `/api/v1/connections/${name}` } });
  },
});

const remove = endpoint({
  method: 'delete',
  path: '/connections/{name}',
  scope: 'connections:write',
  summary: 'Removes a connection; steps that need it fail from now on',
  statuses: [204],
  refuses: ['not_found'],
  run: async ({ env, param }) =>
    (await removeConnection(env.DB, param('name')))
      ? answer(null, { status: 204 })
      : noConnection(param('name')),
});

export const connectionEndpoints = [list, one, put, remove];
