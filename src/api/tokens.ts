/** API tokens: made, listed and revoked. The text of a token is shown once, in the answer that makes it. */
import * as z from 'zod';
import type { Identity } from '../access/context.ts';
import { isScope, ROLES, SCOPES } from '../access/scopes.ts';
import type { Scope } from '../access/scopes.ts';
import { handleOfId, mintToken } from '../access/token.ts';
import { FLOW_NAME } from '../domain/flow.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { getFlow } from '../storage/flows.ts';
import { addToken, getToken, listTokens, revokeToken, TOKENS_PER_FLOW } from '../storage/tokens.ts';
import type { StoredToken } from '../storage/tokens.ts';
import { answer, endpoint } from './endpoint.ts';
import { noFlow } from './flows.ts';
import { PageQuery, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { iso, isoOrNull, Time } from './shapes/scalars.ts';

const shape = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  flow: z.string().nullable().describe('the flow whose own token it is'),
  client: z.string().describe('stays the same over rotations: idempotency keys count per client'),
  by: z.string().describe('id of the token that made it'),
  createdAt: Time,
  revokedAt: Time.nullable(),
};
const Token = z.strictObject(shape).meta({ id: 'Token' });
const NewToken = z
  .strictObject({ ...shape, token: z.string().describe('shown this once, and never again') })
  .meta({ id: 'NewToken' });

const show = (token: StoredToken): z.input<typeof Token> => ({
  id: token.id,
  name: token.name,
  scopes: [...token.scopes],
  flow: token.flow,
  client: token.client,
  by: token.by,
  createdAt: iso(token.createdAt),
  revokedAt: isoOrNull(token.revokedAt),
});

const TOKEN_ID = /^tok_[0-9a-z]{26}$/;
const noToken = (id: string): Refusal => refuse('not_found', `There is no token ${id}.`);

const find = async (db: D1Database, id: string): Promise<StoredToken | undefined> => {
  const token = TOKEN_ID.test(id) ? await getToken(db, handleOfId(id)) : undefined;
  return token?.id === id ? token : undefined;
};

const list = endpoint({
  method: 'get',
  path: '/tokens',
  scope: 'tokens:read',
  summary: 'Lists tokens, newest first, revoked ones too',
  query: PageQuery,
  gives: pageOf(Token),
  refuses: ['bad_cursor'],
  run: async ({ env, query: { limit, cursor } }) => {
    const place = readCursor('tokens', cursor, TOKEN_ID);
    if (!place.ok) return place;
    const rows = await listTokens(env.DB, place.key, limit + 1);
    return answer(pageFrom(rows, limit, { list: 'tokens', keyOf: (token) => token.id, show }));
  },
});

const one = endpoint({
  method: 'get',
  path: '/tokens/{id}',
  scope: 'tokens:read',
  summary: 'Shows a token, without its text',
  gives: Token,
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const token = await find(env.DB, param('id'));
    return token ? answer(show(token)) : noToken(param('id'));
  },
});

const Making = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
    role: z
      .enum(['administrator', 'operator', 'author', 'auditor'])
      .optional()
      .describe('stands for its scopes'),
    flow: z.string().regex(FLOW_NAME).optional().describe('may call this flow only; two at most are active'),
    client: z.string().trim().min(1).max(100).optional(),
  })
  .refine(({ scopes, role, flow }) => [scopes, role, flow].filter((one) => one !== undefined).length === 1, {
    message: 'Give one of scopes, role and flow: what the token is for.',
  });

const scopesOf = ({ scopes, role, flow }: z.output<typeof Making>): readonly Scope[] => {
  if (flow !== undefined) return [`invoke:${flow}`];
  return role === undefined ? (scopes ?? []) : ROLES[role];
};

/** Nobody gives what they do not have; flows' tokens are what `tokens:write` is for. */
const excess = (identity: Identity, scopes: readonly Scope[]): Refusal | undefined => {
  const missing = scopes.filter((scope) => !scope.startsWith('invoke:') && !identity.scopes.includes(scope));
  if (missing.length === 0) return undefined;
  return refuse(
    'forbidden',
    `The token "${identity.name}" lacks ${missing.join(', ')} and cannot give it on.`,
  );
};

const make = endpoint({
  method: 'post',
  path: '/tokens',
  scope: 'tokens:write',
  summary: 'Makes a token and shows it once',
  body: Making,
  gives: NewToken,
  statuses: [201],
  refuses: ['not_found', 'conflict'],
  run: async ({ env, identity, now, body }) => {
    const scopes = scopesOf(body);
    const refusal = excess(identity, scopes);
    if (refusal) return refusal;
    const flow = body.flow ?? null;
    if (flow !== null && !(await getFlow(env.DB, flow))) return noFlow(flow);
    const minted = await mintToken(now, (length) => crypto.getRandomValues(new Uint8Array(length)));
    const token = {
      handle: handleOfId(minted.id),
      id: minted.id,
      name: body.name,
      hash: minted.hash,
      scopes: scopes.filter(isScope),
      flow,
      // A flow's two tokens are the old and the new one of the same caller.
      client: body.client ?? (flow === null ? minted.id : `flow:${flow}`),
      by: identity.tokenId,
      createdAt: now,
      revokedAt: null,
    };
    if (!(await addToken(env.DB, token))) {
      return refuse(
        'conflict',
        `Flow "${flow}" has ${TOKENS_PER_FLOW} active tokens: revoke one of them first.`,
      );
    }
    const headers = { Location: `/api/v1/tokens/${minted.id}`, 'Cache-Control': 'no-store' };
    return answer({ ...show(token), token: minted.text }, { status: 201, headers });
  },
});

const revoke = endpoint({
  method: 'delete',
  path: '/tokens/{id}',
  scope: 'tokens:write',
  summary: 'Revokes a token; it works for a second longer at most',
  statuses: [204],
  refuses: ['not_found'],
  run: async ({ env, now, param }) => {
    const token = await find(env.DB, param('id'));
    if (!token) return noToken(param('id'));
    await revokeToken(env.DB, token, now);
    return answer(null, { status: 204 });
  },
});

export const tokenEndpoints = [list, one, make, revoke];
