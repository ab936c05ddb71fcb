/** Replays of events: new runs of what came before, for one event or for all that a filter chooses. */
import * as z from 'zod';
import { callerOf } from '../access/caller.ts';
import type { Verdicts } from '../domain/event.ts';
import { mintedAt } from '../domain/ids.ts';
import { refuse } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { chooseEvents, getEvent, type EventFilter } from '../storage/event-list.ts';
import { getFlow } from '../storage/flows.ts';
import { MOST_REPLAYED, replayBy, replayEvents, type Replayed } from '../triggers/event/replay.ts';
import type { Replay } from '../triggers/event/run-order.ts';
import { answer, endpoint } from './endpoint.ts';
import { EVENT_FILTER, EVENT_ID, filterOf, noEvent } from './events.ts';
import { noFlow } from './flows.ts';
import { FlowVerdict, showVerdicts } from './shapes/event.ts';
import { cursorOf, readCursor } from './shapes/page.ts';

/** Events of one call: an answer must come while somebody waits. */
const MOST_A_CALL = 4 * MOST_REPLAYED;
/** A count looks at ids alone. */
const MOST_COUNTED = 10_000;

const flow = z.string().optional().describe('this flow only; all that listen to the source without it');

const Item = z.strictObject({ event: z.string(), verdicts: z.array(FlowVerdict) });

const show = ({ event, verdicts }: Replayed): z.input<typeof Item> => ({
  event,
  verdicts: showVerdicts(verdicts),
});

const startedIn = (verdicts: Verdicts): number =>
  Object.values(verdicts).filter(({ verdict }) => verdict === 'started').length;

const one = endpoint({
  method: 'post',
  path: '/events/{id}/replay',
  scope: 'events:replay',
  summary: 'Judges an event anew and starts new runs, whatever became of it before',
  body: z.strictObject({ flow }),
  gives: z.strictObject({ replay: z.string(), event: z.string(), verdicts: z.array(FlowVerdict) }),
  refuses: ['not_found'],
  run: async ({ env, identity, now, param, body }) => {
    const id = param('id');
    if (!EVENT_ID.test(id) || !(await getEvent(env.DB, id))) return noEvent(id);
    if (body.flow !== undefined && !(await getFlow(env.DB, body.flow))) return noFlow(body.flow);
    const replay = replayBy(callerOf(identity), now);
    const [replayed] = await replayEvents(env, { replay, ids: [id], flow: body.flow, now });
    return answer({ replay: replay.id, event: id, verdicts: showVerdicts(replayed?.verdicts ?? {}) });
  },
});

interface Part {
  readonly filter: EventFilter;
  readonly after: string | undefined;
  readonly flow: string | undefined;
  readonly now: number;
}

/** The next events of a replay, so many together that their bodies have room in memory. */
const replayPart = async (env: Bindings, replay: Replay, { filter, after, flow, now }: Part) => {
  const items: Replayed[] = [];
  let next: string | null | undefined = after;
  do {
    const chosen = await chooseEvents(env.DB, filter, { after: next ?? undefined, limit: MOST_REPLAYED });
    if (chosen.ids.length > 0)
      items.push(...(await replayEvents(env, { replay, ids: chosen.ids, flow, now })));
    next = chosen.next;
    // A stretch in which nothing was found has cost enough for one call.
    if (chosen.ids.length === 0) break;
  } while (next !== null && items.length < MOST_A_CALL);
  return { items, next: next ?? null };
};

const ReplayBody = z.strictObject({
  filter: z
    .strictObject(EVENT_FILTER)
    .refine((filter) => Object.values(filter).some((given) => given !== undefined), {
      message: 'Say which events: by source, type, subject, from, to, verdict or flow.',
    }),
  flow,
  dry: z.boolean().default(false).describe('only count'),
  replay: z
    .string()
    .regex(/^rpl_[0-9a-hjkmnp-tv-z]{26}$/)
    .optional()
    .describe('of the call before, with its `next` as `cursor`: goes on, and starts nothing twice'),
  cursor: z.string().max(400).optional(),
});

const many = endpoint({
  method: 'post',
  path: '/events/replay',
  scope: 'events:replay',
  summary: 'Replays the events that a filter chooses, oldest first, a few hundred a call',
  description:
    'Events that come after the first call are not among them. While `next` is set, call again with it as `cursor` ' +
    'and with the same `replay`. With `dry` nothing is started: `events` counts them.',
  body: ReplayBody,
  gives: z.strictObject({
    replay: z.string().nullable().describe('null with `dry`'),
    events: z.int(),
    started: z.int().describe('runs'),
    items: z.array(Item),
    next: z.string().nullable(),
  }),
  refuses: ['not_found', 'bad_cursor'],
  run: async ({ env, identity, now, body }) => {
    const place = readCursor('replay', body.cursor, EVENT_ID);
    if (!place.ok) return place;
    if (body.replay !== undefined && mintedAt(body.replay) > now) {
      return refuse('invalid_input', `There is no replay ${body.replay}.`);
    }
    if (body.flow !== undefined && !(await getFlow(env.DB, body.flow))) return noFlow(body.flow);
    const replay = replayBy(callerOf(identity), now, body.replay);
    const asked = filterOf(body.filter);
    // What comes meanwhile is not meant.
    const filter = { ...asked, to: Math.min(asked.to ?? replay.at, replay.at) };
    if (body.dry) {
      const { ids, next } = await chooseEvents(env.DB, filter, { after: place.key, limit: MOST_COUNTED });
      const counted = { replay: null, events: ids.length, started: 0, items: [] };
      return answer({ ...counted, next: cursorOf('replay', next) });
    }
    const { items, next } = await replayPart(env, replay, { filter, after: place.key, flow: body.flow, now });
    const started = items.reduce((sum, { verdicts }) => sum + startedIn(verdicts), 0);
    const done = { replay: replay.id, events: items.length, started, items: items.map(show) };
    return answer({ ...done, next: cursorOf('replay', next) });
  },
});

export const eventReplayEndpoints = [many, one];
