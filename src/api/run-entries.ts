/** The journal of a run: page by page, or live as server-sent events. */
import * as z from 'zod';
import type { Refusal } from '../domain/problem.ts';
import type { EntriesView } from '../domain/lane.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import { laneFor } from '../storage/lanes.ts';
import { answer, endpoint } from './endpoint.ts';
import type { Call } from './endpoint.ts';
import { eventStream } from './event-stream.ts';
import { findRun, findSteps } from '../storage/find-run.ts';
import { noRun } from './runs.ts';
import { cursorOf, PAGE, pageOf, readCursor } from './shapes/page.ts';
import { iso, Time } from './shapes/scalars.ts';
import { toldFromCopy } from './told-from-copy.ts';

const NUMBER = /^\d{1,9}$/;
const LIVE_LIMIT = 200;

const EntryQuery = z.strictObject({
  ...PAGE,
  after: z.coerce
    .number()
    .int()
    .min(-1)
    .optional()
    .describe('number of the last entry that is known already'),
});

const Entry = z.looseObject({ number: z.int(), type: z.string(), at: Time }).meta({ id: 'Entry' });

/** Times of an entry that are ms inside and ISO 8601 outside. */
const TIMES: readonly string[] = ['at', 'until', 'retryAt', 'probeAt'];

const shown = (json: string): { type: string; at: string } => {
  // The lane's JSON of an entry.
  const entry: { type: string } = JSON.parse(json);
  const members = Object.entries(entry).map(([name, value]): [string, unknown] => [
    name,
    TIMES.includes(name) && typeof value === 'number' ? iso(value) : value,
  ]);
  return { type: entry.type, at: '', ...Object.fromEntries(members) };
};

const STEPS_AT_ONCE = 200;

const fromCopy = async (
  env: Bindings,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<EntriesView | Refusal> => {
  const found = await findRun(env, id);
  if (!found) return noRun(id);
  if (!found.ok) return found;
  const steps = [...found.steps];
  for (let { next } = found; next !== null;) {
    const more = await findSteps(env, id, { from: next, limit: STEPS_AT_ONCE });
    if (!more?.ok) break;
    steps.push(...more.steps);
    next = more.next;
  }
  return toldFromCopy(found.detail, steps, page);
};

const entriesOf = async (
  env: Bindings,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<EntriesView | Refusal> => {
  const lane = await laneFor(env, id);
  const called = lane
    ? await callLane(env, lane, (stub, header) => stub.entries(header, id, page.after, page.limit))
    : undefined;
  if (called && !called.ok) return called;
  if (called?.value.found) return called.value;
  return fromCopy(env, id, page);
};

const statusOf = async (env: Bindings, id: string): Promise<string> => {
  const found = await findRun(env, id);
  return found?.ok ? found.detail.status : 'unknown';
};

type EntryCall = Call<z.output<typeof EntryQuery>, unknown>;

/** A client that comes back says so in a header; its address still has the number of its first call. */
const lastSeen = ({ request, query }: EntryCall): number => {
  const header = request.headers.get('Last-Event-ID') ?? '';
  return NUMBER.test(header) ? Number(header) : (query.after ?? 0);
};

const live = async (call: EntryCall, id: string): Promise<Response | Refusal> => {
  const { env } = call;
  const after = lastSeen(call);
  const more = (from: number) => entriesOf(env, id, { after: from, limit: LIVE_LIMIT });
  const first = await more(after);
  if ('ok' in first) return first;
  return eventStream({
    first,
    limit: LIVE_LIMIT,
    more,
    line: ({ number, json }) => {
      const entry = shown(json);
      return `id: ${number}\nevent: ${entry.type}\ndata: ${JSON.stringify(entry)}\n\n`;
    },
    end: async () => `event: end\ndata: ${JSON.stringify({ status: await statusOf(env, id) })}\n\n`,
  });
};

const page = async ({ env, query }: EntryCall, id: string) => {
  const place = readCursor('entries', query.cursor, NUMBER);
  if (!place.ok) return place;
  const after = place.key === undefined ? (query.after ?? 0) : Number(place.key);
  const view = await entriesOf(env, id, { after, limit: query.limit });
  if ('ok' in view) return view;
  return answer({
    items: view.entries.map(({ number, json }) => ({ number, ...shown(json) })),
    next: view.ended ? null : cursorOf('entries', view.next),
  });
};

const entries = endpoint({
  method: 'get',
  path: '/runs/{id}/entries',
  scope: 'runs:read',
  summary: "Lists the entries of a run's journal, or sends them live",
  description:
    'With `Accept: text/event-stream` they come as server-sent events, `: ping` every 15 seconds in between; resume ' +
    'by `Last-Event-ID` or `after`. The stream ends with `event: end`. While the run goes on, `next` is set.',
  query: EntryQuery,
  gives: pageOf(Entry),
  alsoGives: ['text/event-stream'],
  refuses: ['not_found', 'bad_cursor'],
  run: (call) => {
    const wantsStream = call.request.headers.get('Accept')?.includes('text/event-stream') ?? false;
    return wantsStream ? live(call, call.param('id')) : page(call, call.param('id'));
  },
});

export const entryEndpoints = [entries];
