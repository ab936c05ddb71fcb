/** Flows: the list, one of them, saving, enabling and archiving. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { draftOf } from '../storage/flow-draft.ts';
import { getFlow, getVersion, listFlows, setStatus } from '../storage/flows.ts';
import type { FlowRow } from '../storage/flows.ts';
import { saveFlows } from '../storage/save-flows.ts';
import { FLOW_STATUSES, ORIGINS } from '../storage/schema.ts';
import type { FlowStatus } from '../storage/schema.ts';
import { answer, endpoint } from './endpoint.ts';
import type { Call } from './endpoint.ts';
import { formatOf, itemOf, parseTexts } from './flow-texts.ts';
import { preconditionOf, tagOf } from './precondition.ts';
import { FlowDetail, FlowLine, showFlow, showFlowDetail } from './shapes/flow.ts';
import { PAGE, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { Flag, Trigger } from './shapes/scalars.ts';

export const FLOW_TEXT = {
  types: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'application/json'],
  description: 'a flow file, kept byte for byte',
};

export const noFlow = (name: string): Refusal => refuse('not_found', `There is no flow "${name}".`);

const FlowQuery = z.strictObject({
  ...PAGE,
  status: z.enum(FLOW_STATUSES).optional(),
  trigger: Trigger.optional(),
  origin: z.enum(ORIGINS).optional(),
});

const list = endpoint({
  method: 'get',
  path: '/flows',
  scope: 'flows:read',
  summary: 'Lists flows by name',
  query: FlowQuery,
  gives: pageOf(FlowLine),
  refuses: ['bad_cursor'],
  run: async ({ env, query: { limit, cursor, ...filter } }) => {
    const place = readCursor('flows', cursor, /^[a-z0-9/-]{1,100}$/);
    if (!place.ok) return place;
    const rows = await listFlows(env.DB, filter, { after: place.key, limit: limit + 1 });
    return answer(pageFrom(rows, limit, { list: 'flows', keyOf: (row) => row.name, show: showFlow }));
  },
});

const showNewest = async (db: D1Database, flow: FlowRow) => {
  const newest = await getVersion(db, flow.name, flow.version);
  return newest ? showFlowDetail(flow, newest) : noFlow(flow.name);
};

/** Asked for YAML, the text as it was written: JSON is YAML too. */
export const wantsText = (request: Request): boolean =>
  /\b(application|text)\/(x-)?yaml\b/.test(request.headers.get('Accept') ?? '');

const textResponse = (text: string, version: number): Response =>
  new Response(text, { headers: { 'Content-Type': 'application/yaml', ETag: tagOf(version) } });

const one = endpoint({
  method: 'get',
  path: '/flows/{name}',
  scope: 'flows:read',
  summary: 'Shows a flow; with `Accept: application/yaml` its text, byte for byte',
  gives: FlowDetail,
  alsoGives: ['application/yaml'],
  refuses: ['not_found'],
  run: async ({ env, param, request }) => {
    const flow = await getFlow(env.DB, param('name'));
    if (!flow) return noFlow(param('name'));
    const shown = await showNewest(env.DB, flow);
    if ('ok' in shown) return shown;
    if (wantsText(request)) return textResponse(shown.text, flow.version);
    return answer(shown, { headers: { ETag: tagOf(flow.version) } });
  },
});

const PutQuery = z.strictObject({
  origin: z.enum(ORIGINS).default('api').describe('who writes it'),
  force: Flag.optional().describe('files may write over what the API wrote last'),
});

const put = endpoint({
  method: 'put',
  path: '/flows/{name}',
  scope: 'flows:write',
  summary: 'Saves a flow; the same content makes no new version',
  description:
    '`If-Match` with the version that was read keeps two writers apart, `If-None-Match: *` creates only.',
  query: PutQuery,
  body: FLOW_TEXT,
  gives: FlowDetail,
  statuses: [200, 201],
  refuses: ['invalid_flow', 'conflict', 'stale'],
  run: async ({ env, cards, identity, now, param, query, body, request }) => {
    const name = param('name');
    const [parsed] = await parseTexts([{ name, text: body.text }], { env, cards });
    if (parsed?.ok !== true) {
      const errors = (parsed?.problems ?? []).map((problem) => itemOf(problem));
      return refuse('invalid_flow', `Flow "${name}" has errors; nothing was saved.`, { errors });
    }
    const draft = await draftOf({
      name,
      text: body.text,
      format: formatOf(body.text),
      definition: parsed.flow,
    });
    const writer = { origin: query.origin, by: identity.tokenId, at: now, force: query.force ?? false };
    const saved = await saveFlows(env.DB, [draft], writer, { precondition: preconditionOf(request) });
    if (!saved.ok) return saved;
    const flow = await getFlow(env.DB, name);
    const shown = flow ? await showNewest(env.DB, flow) : noFlow(name);
    if ('ok' in shown) return shown;
    const created = saved.changes.some(({ change }) => change === 'created');
    const location = created ? { Location: `/api/v1/flows/${encodeURIComponent(name)}` } : {};
    const headers = { ETag: tagOf(shown.version), ...location };
    return answer(shown, { status: created ? 201 : 200, headers });
  },
});

const change = async (
  { env, now, param }: Call<unknown, unknown>,
  status: FlowStatus,
): Promise<FlowRow | Refusal> => {
  const name = param('name');
  const flow = await setStatus(env.DB, name, { status, at: now });
  if (!flow) return noFlow(name);
  if (flow.status === status) return flow;
  return refuse('conflict', `Flow "${name}" is archived: save it again to bring it back.`);
};

const enable = endpoint({
  method: 'post',
  path: '/flows/{name}/enable',
  scope: 'flows:write',
  summary: 'Lets the triggers of a flow start it again',
  body: z.strictObject({}),
  gives: FlowLine,
  refuses: ['not_found', 'conflict'],
  run: async (call) => {
    const flow = await change(call, 'enabled');
    return 'ok' in flow ? flow : answer(showFlow(flow));
  },
});

const disable = endpoint({
  method: 'post',
  path: '/flows/{name}/disable',
  scope: 'flows:write',
  summary: 'Stops the triggers of a flow; runs under way go on',
  body: z.strictObject({}),
  gives: FlowLine,
  refuses: ['not_found', 'conflict'],
  run: async (call) => {
    const flow = await change(call, 'disabled');
    return 'ok' in flow ? flow : answer(showFlow(flow));
  },
});

const archive = endpoint({
  method: 'delete',
  path: '/flows/{name}',
  scope: 'flows:write',
  summary: 'Archives a flow: triggers refuse, runs under way end, history and versions stay',
  statuses: [204],
  refuses: ['not_found'],
  run: async (call) => {
    const flow = await change(call, 'archived');
    return 'ok' in flow ? flow : answer(null, { status: 204 });
  },
});

export const flowEndpoints = [list, one, put, archive, enable, disable];
