/** Named secrets, `secrets.<name>` in flows: they go in and never out. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import { listSecrets, putSecret, removeSecret, SECRET_LENGTH } from '../storage/secrets.ts';
import { answer, endpoint } from './endpoint.ts';
import { pageOf } from './shapes/page.ts';
import { iso, Time } from './shapes/scalars.ts';

const Secret = z
  .strictObject({
    name: z.string(),
    createdAt: Time,
    updatedAt: Time,
    by: z.string().describe('id of the token that wrote it last'),
  })
  .meta({ id: 'Secret' });

const list = endpoint({
  method: 'get',
  path: '/secrets',
  scope: 'secrets:read',
  summary: 'Lists all secrets by name, without their values',
  gives: pageOf(Secret),
  run: async ({ env }) => {
    const rows = await listSecrets(env.DB);
    const items = rows.map(({ name, createdAt, updatedAt, by }) => ({
      name,
      createdAt: iso(createdAt),
      updatedAt: iso(updatedAt),
      by,
    }));
    return answer({ items, next: null });
  },
});

const put = endpoint({
  method: 'put',
  path: '/secrets/{name}',
  scope: 'secrets:write',
  summary: 'Keeps a secret, or replaces its value',
  body: z.strictObject({ value: z.string().min(1).max(SECRET_LENGTH) }),
  gives: z.strictObject({ name: z.string() }),
  statuses: [200, 201],
  run: async ({ env, identity, now, param, body }) => {
    const name = param('name');
    const write = { by: identity.tokenId, now };
    const done = await putSecret(env.DB, env.SLUICE_KEYS, { name, value: body.value }, write);
    if (!done.ok) return done;
    return answer({ name }, { status: done.outcome === 'created' ? 201 : 200 });
  },
});

const remove = endpoint({
  method: 'delete',
  path: '/secrets/{name}',
  scope: 'secrets:write',
  summary: 'Removes a secret; steps that use it fail from now on',
  statuses: [204],
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const name = param('name');
    if (await removeSecret(env.DB, name)) return answer(null, { status: 204 });
    return refuse('not_found', `There is no secret "${name}".`);
  },
});

export const secretEndpoints = [list, put, remove];
