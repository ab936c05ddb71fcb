/** Events, looked at: the list, and one of them with what was sent and what became of it. */
import * as z from 'zod';
import { refuse, type Refusal } from '../domain/problem.ts';
import { getEvent, listEvents, type EventFilter } from '../storage/event-list.ts';
import { answer, endpoint } from './endpoint.ts';
import { EventDetail, EventLine, showEvent, showEventLine, VerdictWord } from './shapes/event.ts';
import { cursorOf, PAGE, pageOf, readCursor } from './shapes/page.ts';
import { Moment, someOf } from './shapes/scalars.ts';

export const EVENT_ID = /^evt_[0-9a-z]{26}$/;

export const noEvent = (id: string): Refusal =>
  refuse('not_found', `There is no event ${id}. Events are kept for as long as SLUICE_KEEP_EVENTS says.`);

/** What events can be chosen by; all that is given must hold. */
export const EVENT_FILTER = {
  source: z.string().optional(),
  type: someOf(z.string().min(1).max(255)).optional().describe('exact, or with * at the end'),
  subject: z.string().optional(),
  from: Moment.optional().describe('accepted at this time or later'),
  to: Moment.optional().describe('accepted before this time'),
  verdict: someOf(VerdictWord).optional().describe('for any flow, or for the one of `flow`'),
  flow: z.string().optional().describe('has a verdict for this flow'),
};
const Filter = z.strictObject(EVENT_FILTER);

export const filterOf = ({ type, verdict, ...same }: z.output<typeof Filter>): EventFilter => ({
  ...same,
  types: type,
  verdicts: verdict,
});

const list = endpoint({
  method: 'get',
  path: '/events',
  scope: 'events:read',
  summary: 'Lists events, newest first',
  description:
    'Filters are combined with AND, and tried on 20,000 events a page: a page may be short while `next` is set.',
  query: z.strictObject({ ...PAGE, ...EVENT_FILTER }),
  gives: pageOf(EventLine),
  refuses: ['bad_cursor'],
  run: async ({ env, query: { limit, cursor, ...filter } }) => {
    const place = readCursor('events', cursor, EVENT_ID);
    if (!place.ok) return place;
    const { items, next } = await listEvents(env.DB, filterOf(filter), { before: place.key, limit });
    return answer({ items: items.map(showEventLine), next: cursorOf('events', next) });
  },
});

const one = endpoint({
  method: 'get',
  path: '/events/{id}',
  scope: 'events:read',
  summary: 'Shows an event as it was sent, and its verdict for every flow',
  gives: EventDetail,
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const event = await getEvent(env.DB, param('id'));
    return event ? answer(showEvent(event)) : noEvent(param('id'));
  },
});

export const eventEndpoints = [list, one];
