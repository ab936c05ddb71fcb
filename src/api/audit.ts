/** The audit log: page by page, newest first, or whole as lines of JSON, oldest first. */
import * as z from 'zod';
import type { HashedLine } from '../domain/audit.ts';
import { listAudit, readAudit } from '../storage/audit.ts';
import { answer, endpoint } from './endpoint.ts';
import { PAGE, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { Moment, Time } from './shapes/scalars.ts';

const LINES_AT_ONCE = 500;

const Line = z
  .strictObject({
    seq: z.int().describe('1, 2, 3: none is missing'),
    id: z.string(),
    at: Time,
    actor: z.looseObject({
      kind: z.enum(['person', 'token', 'provider', 'nobody']),
      id: z.string().nullable(),
      name: z.string().nullable(),
    }),
    action: z.string().describe('`sign_in`, `tokens.create`, `flows.put` …'),
    target: z.string().nullable(),
    outcome: z.enum(['done', 'refused']),
    detail: z.record(z.string(), z.unknown()),
    previous: z.string().describe('`hash` of the line before; of the first, 64 zeros'),
    hash: z.string().describe('SHA-256 of this line without it, as JSON without blanks, members sorted'),
  })
  .meta({ id: 'AuditLine' });

const Query = z.strictObject({
  ...PAGE,
  action: z.string().max(100).optional(),
  actor: z.string().max(600).optional().describe('id of the person or token'),
  target: z.string().max(600).optional(),
  from: Moment.optional().describe('at this time or later'),
  to: Moment.optional().describe('before this time'),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('of the export: the number of the last line known'),
});

const show = (line: HashedLine): z.input<typeof Line> => ({
  ...line,
  actor: { ...line.actor },
  detail: { ...line.detail },
});

/** Reads on while somebody takes it: never the whole log at once. */
const exported = (db: D1Database, after: number): Response => {
  let last = after;
  const body = new ReadableStream<Uint8Array>({
    pull: async (stream) => {
      const lines = await readAudit(db, last, LINES_AT_ONCE);
      const newest = lines.at(-1);
      if (newest === undefined) return stream.close();
      last = newest.seq;
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return stream.enqueue(new TextEncoder().encode(text));
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } });
};

const PLACE = /^[1-9]\d{0,14}$/;

const list = endpoint({
  method: 'get',
  path: '/audit',
  scope: 'audit:read',
  summary: 'Lists the audit log, newest first, or exports it',
  description:
    'With `Accept: application/x-ndjson` all lines come, oldest first, one a line; filters do not hold there, so that ' +
    'the hashes can be checked. Ask again with the last `seq` as `after`.',
  query: Query,
  gives: pageOf(Line),
  alsoGives: ['application/x-ndjson'],
  refuses: ['bad_cursor'],
  run: async ({ env, request, query: { limit, cursor, after, ...filter } }) => {
    if (request.headers.get('Accept')?.includes('application/x-ndjson')) return exported(env.DB, after);
    const place = readCursor('audit', cursor, PLACE);
    if (!place.ok) return place;
    const before = place.key === undefined ? undefined : Number(place.key);
    const rows = await listAudit(env.DB, filter, { before, limit: limit + 1 });
    return answer(pageFrom(rows, limit, { list: 'audit', keyOf: ({ seq }) => seq, show }));
  },
});

export const auditEndpoints = [list];
