/** Schedules: the list, one with its last and next ticks, and the ledger. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { SCHEDULE_STATUSES, TICK_OUTCOMES } from '../storage/schedules-schema.ts';
import { getSchedule, listSchedules } from '../storage/schedules.ts';
import type { ScheduleRow } from '../storage/schedules.ts';
import { listTicks, type TickPlace, type TickRow } from '../storage/tick-list.ts';
import { answer, endpoint } from './endpoint.ts';
import { PAGE, pageFrom, pageOf, readCursor } from './shapes/page.ts';
import { Moment } from './shapes/scalars.ts';
import { nextTicks, ScheduleDetail, ScheduleLine, showSchedule, showTick, Tick } from './shapes/schedule.ts';

const SHOWN = 10;

/** The schedule of a flow, or why there is none. */
export const findSchedule = async (db: D1Database, flow: string): Promise<ScheduleRow | Refusal> =>
  (await getSchedule(db, flow)) ?? refuse('not_found', `There is no flow "${flow}" with a schedule.`);

const list = endpoint({
  method: 'get',
  path: '/schedules',
  scope: 'schedules:read',
  summary: 'Lists schedules by flow, with the last and the next tick of each',
  query: z.strictObject({ ...PAGE, status: z.enum(SCHEDULE_STATUSES).optional() }),
  gives: pageOf(ScheduleLine),
  refuses: ['bad_cursor'],
  run: async ({ env, now, query: { limit, cursor, status } }) => {
    const place = readCursor('schedules', cursor, /^[a-z0-9/-]{1,100}$/);
    if (!place.ok) return place;
    const rows = await listSchedules(env.DB, { status }, { after: place.key, limit: limit + 1 });
    const show = (row: (typeof rows)[number]) => ({
      ...showSchedule(row, now),
      last: row.last && showTick(row.last),
      next: nextTicks(row, now, 1)[0] ?? null,
    });
    return answer(pageFrom(rows, limit, { list: 'schedules', keyOf: (row) => row.flow, show }));
  },
});

/** With its last and next ticks. */
export const showDetail = async (
  db: D1Database,
  row: ScheduleRow,
  now: number,
): Promise<z.input<typeof ScheduleDetail>> => {
  const last = await listTicks(db, row.flow, {}, { limit: SHOWN });
  return { ...showSchedule(row, now), last: last.map(showTick), next: nextTicks(row, now, SHOWN) };
};

const one = endpoint({
  method: 'get',
  path: '/schedules/{flow}',
  scope: 'schedules:read',
  summary: `Shows a schedule with its last and next ${SHOWN} ticks`,
  gives: ScheduleDetail,
  refuses: ['not_found'],
  run: async ({ env, now, param }) => {
    const row = await findSchedule(env.DB, param('flow'));
    if ('ok' in row) return row;
    return answer(await showDetail(env.DB, row, now));
  },
});

const placeOf = (key: string | undefined): TickPlace | undefined => {
  if (key === undefined) return undefined;
  const [nominal, backfill = ''] = key.split(',');
  return { nominal: Number(nominal), backfill };
};

const ticks = endpoint({
  method: 'get',
  path: '/schedules/{flow}/ticks',
  scope: 'schedules:read',
  summary: 'The ledger of a schedule: every tick and what became of it, newest first',
  query: z.strictObject({
    ...PAGE,
    outcome: z.enum(TICK_OUTCOMES).optional(),
    from: Moment.optional(),
    to: Moment.optional().describe('not included'),
    backfill: z.string().max(40).optional().describe('those of a backfill, by its id'),
  }),
  gives: pageOf(Tick),
  refuses: ['not_found', 'bad_cursor'],
  run: async ({ env, param, query: { limit, cursor, ...filter } }) => {
    const place = readCursor('ticks', cursor, /^-?\d{1,16},[a-z0-9_]{0,40}$/);
    if (!place.ok) return place;
    const row = await findSchedule(env.DB, param('flow'));
    if ('ok' in row) return row;
    const rows = await listTicks(env.DB, row.flow, filter, { below: placeOf(place.key), limit: limit + 1 });
    const keyOf = ({ nominal, backfill }: TickRow): string => `${nominal},${backfill}`;
    return answer(pageFrom(rows, limit, { list: 'ticks', keyOf, show: showTick }));
  },
});

export const scheduleEndpoints = [list, one, ticks];
