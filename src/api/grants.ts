/** Grants: somebody may run a delegated flow, for a reason and perhaps for a time, without a change of the flow. */
import * as z from 'zod';
import { FLOW_NAME } from '../domain/flow.ts';
import { mintId } from '../domain/ids.ts';
import { isWho, normaliseWho, WHO_IS } from '../domain/permitted.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { getFlow } from '../storage/flows.ts';
import { addGrant, endGrant, getGrant, listGrants } from '../storage/grants.ts';
import type { Grant as Stored } from '../storage/grants.ts';
import { answer, endpoint } from './endpoint.ts';
import { noFlow } from './flows.ts';
import { PAGE, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { Flag, iso, isoOrNull, Time } from './shapes/scalars.ts';

const Who = z
  .string()
  .trim()
  .refine(isWho, WHO_IS)
  .transform(normaliseWho)
  .describe('an address, `group:<name>` or `domain:<host>`');

const Grant = z
  .strictObject({
    id: z.string(),
    flow: z.string(),
    who: z.string(),
    reason: z.string(),
    by: z.string().describe('id of the token, or subject of the person, that gave it'),
    createdAt: Time,
    until: Time.nullable(),
    endedAt: Time.nullable(),
    endedBy: z.string().nullable(),
    active: z.boolean(),
  })
  .meta({ id: 'Grant' });

const showAt =
  (now: number) =>
  (grant: Stored): z.input<typeof Grant> => ({
    id: grant.id,
    flow: grant.flow,
    who: grant.who,
    reason: grant.reason,
    by: grant.by,
    createdAt: iso(grant.createdAt),
    until: isoOrNull(grant.until),
    endedAt: isoOrNull(grant.endedAt),
    endedBy: grant.endedBy,
    active: grant.endedAt === null && (grant.until === null || grant.until > now),
  });

const GRANT_ID = /^grt_[0-9a-z]{26}$/;
const noGrant = (id: string): Refusal => refuse('not_found', `There is no grant ${id}.`);

const find = async (db: D1Database, id: string): Promise<Stored | undefined> =>
  GRANT_ID.test(id) ? getGrant(db, id) : undefined;

const list = endpoint({
  method: 'get',
  path: '/grants',
  scope: 'grants:read',
  summary: 'Lists grants, newest first, ended ones too',
  query: z.strictObject({
    flow: z.string().regex(FLOW_NAME).optional(),
    who: Who.optional(),
    active: Flag.optional().describe('`true`: only those that count now'),
    ...PAGE,
  }),
  gives: pageOf(Grant),
  refuses: ['bad_cursor'],
  run: async ({ env, now, query: { limit, cursor, flow, who, active } }) => {
    const place = readCursor('grants', cursor, GRANT_ID);
    if (!place.ok) return place;
    const filter = { flow, who, activeAt: active === true ? now : undefined };
    const rows = await listGrants(env.DB, filter, { before: place.key, limit: limit + 1 });
    return answer(pageFrom(rows, limit, { list: 'grants', keyOf: ({ id }) => id, show: showAt(now) }));
  },
});

const one = endpoint({
  method: 'get',
  path: '/grants/{id}',
  scope: 'grants:read',
  summary: 'Shows a grant',
  gives: Grant,
  refuses: ['not_found'],
  run: async ({ env, now, param }) => {
    const grant = await find(env.DB, param('id'));
    return grant ? answer(showAt(now)(grant)) : noGrant(param('id'));
  },
});

const Giving = z.strictObject({
  flow: z.string().regex(FLOW_NAME),
  who: Who,
  reason: z.string().trim().min(1).max(500),
  until: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional()
    .describe('when it ends; without it, when somebody ends it'),
});

const give = endpoint({
  method: 'post',
  path: '/grants',
  scope: 'grants:write',
  summary: 'Lets somebody run a delegated flow',
  body: Giving,
  gives: Grant,
  statuses: [201],
  refuses: ['not_found', 'conflict'],
  run: async ({ env, identity, now, body }) => {
    const flow = await getFlow(env.DB, body.flow);
    if (flow === undefined || flow.status === 'archived') return noFlow(body.flow);
    if (flow.trigger !== 'delegated') {
      return refuse(
        'conflict',
        `Flow "${body.flow}" has no form: its trigger is of the kind ${flow.trigger}.`,
      );
    }
    if (body.until !== undefined && body.until <= now) {
      return refuse('invalid_input', 'The grant would have ended already: give an `until` in the future.');
    }
    const id = mintId('grt', now, (length) => crypto.getRandomValues(new Uint8Array(length)));
    const { who, reason, until = null } = body;
    const ended = { endedAt: null, endedBy: null };
    const grant = { id, flow: flow.name, who, reason, until, by: identity.tokenId, createdAt: now, ...ended };
    await addGrant(env.DB, grant);
    return answer(showAt(now)(grant), { status: 201, headers: { Location: `/api/v1/grants/${id}` } });
  },
});

const end = endpoint({
  method: 'delete',
  path: '/grants/{id}',
  scope: 'grants:write',
  summary: 'Ends a grant; runs under way go on',
  statuses: [204],
  refuses: ['not_found'],
  run: async ({ env, identity, now, param }) => {
    const grant = await find(env.DB, param('id'));
    if (!grant) return noGrant(param('id'));
    await endGrant(env.DB, grant.id, { by: identity.tokenId, at: now });
    return answer(null, { status: 204 });
  },
});

export const grantEndpoints = [list, one, give, end];
