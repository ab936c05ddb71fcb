/** The versions of a flow, and what changed between two of them. */
import { createTwoFilesPatch } from 'diff';
import * as z from 'zod';
import { versioned } from '../domain/flow.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { getFlow, getVersion, listVersions } from '../storage/flows.ts';
import type { FlowVersion } from '../storage/flows.ts';
import { answer, endpoint } from './endpoint.ts';
import { noFlow, wantsText } from './flows.ts';
import { iso } from './shapes/scalars.ts';
import { PageQuery, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { showVersion, VersionDetail, VersionLine } from './shapes/flow.ts';

const VERSION = /^[1-9]\d{0,8}$/;

const findVersion = async (db: D1Database, name: string, text: string): Promise<FlowVersion | Refusal> => {
  const found = VERSION.test(text) ? await getVersion(db, name, Number(text)) : undefined;
  return found ?? refuse('not_found', `There is no version ${text} of flow "${name}".`);
};

const list = endpoint({
  method: 'get',
  path: '/flows/{name}/versions',
  scope: 'flows:read',
  summary: 'Lists the versions of a flow, newest first',
  query: PageQuery,
  gives: pageOf(VersionLine),
  refuses: ['not_found', 'bad_cursor'],
  run: async ({ env, param, query: { limit, cursor } }) => {
    const flow = param('name');
    const place = readCursor('versions', cursor, VERSION);
    if (!place.ok) return place;
    if (!(await getFlow(env.DB, flow))) return noFlow(flow);
    const below = place.key === undefined ? undefined : Number(place.key);
    const rows = await listVersions(env.DB, flow, { below, limit: limit + 1 });
    const show = (row: (typeof rows)[number]) => ({ flow, ...row, createdAt: iso(row.createdAt) });
    return answer(pageFrom(rows, limit, { list: 'versions', keyOf: (row) => row.version, show }));
  },
});

const one = endpoint({
  method: 'get',
  path: '/flows/{name}/versions/{version}',
  scope: 'flows:read',
  summary: 'Shows a version; with `Accept: application/yaml` its text, byte for byte',
  gives: VersionDetail,
  alsoGives: ['application/yaml'],
  refuses: ['not_found'],
  run: async ({ env, param, request }) => {
    const version = await findVersion(env.DB, param('name'), param('version'));
    if ('ok' in version) return version;
    if (!wantsText(request)) return answer(showVersion(version));
    return new Response(version.text, { headers: { 'Content-Type': 'application/yaml' } });
  },
});

const unified = (from: FlowVersion, to: FlowVersion): string =>
  from.text === to.text
    ? ''
    : createTwoFilesPatch(
        versioned(from.flow, from.version),
        versioned(to.flow, to.version),
        from.text,
        to.text,
        iso(from.createdAt),
        iso(to.createdAt),
      );

const diff = endpoint({
  method: 'get',
  path: '/flows/{name}/diff',
  scope: 'flows:read',
  summary: 'What changed between two versions of the text, as a unified diff',
  description: 'Without `to` the newest version, without `from` the one before.',
  query: z.strictObject({
    from: z.string().regex(VERSION).optional(),
    to: z.string().regex(VERSION).optional(),
  }),
  alsoGives: ['text/x-diff'],
  refuses: ['not_found'],
  run: async ({ env, param, query }) => {
    const name = param('name');
    const flow = await getFlow(env.DB, name);
    if (!flow) return noFlow(name);
    const to = await findVersion(env.DB, name, query.to ?? String(flow.version));
    if ('ok' in to) return to;
    // There is nothing before the first version.
    const before = String(Math.max(1, to.version - 1));
    const from = await findVersion(env.DB, name, query.from ?? before);
    if ('ok' in from) return from;
    return new Response(unified(from, to), { headers: { 'Content-Type': 'text/x-diff; charset=utf-8' } });
  },
});

export const versionEndpoints = [list, one, diff];
