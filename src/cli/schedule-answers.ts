/** Schedules and lines of their ledger as the API sends them, and as a table shows them. */
import * as z from 'zod';
import { msOf, When } from './answers.ts';
import { clock, oneLine, span } from './table.ts';
import type { Hue, Paint, Terminal } from './terminal.ts';

export const Tick = z.looseObject({
  at: When,
  actual: When,
  latenessMs: z.number(),
  outcome: z.string(),
  version: z.number(),
  run: z.string().nullable(),
  reason: z.string().nullable(),
  backfill: z.string().nullable(),
});
export type Tick = z.output<typeof Tick>;

export const NextTick = z.looseObject({ at: When, local: z.string(), due: When });

const line = {
  flow: z.string(),
  status: z.string(),
  flowStatus: z.string(),
  schedule: z.string(),
  timezone: z.string(),
  note: z.string().nullable(),
  overdue: z.boolean(),
};

export const Schedule = z.looseObject({ ...line, last: Tick.nullable(), next: NextTick.nullable() });
export type Schedule = z.output<typeof Schedule>;

export const ScheduleDetail = z.looseObject({ ...line, last: z.array(Tick), next: z.array(NextTick) });
export type ScheduleDetail = z.output<typeof ScheduleDetail>;

export const schedulePath = (flow: string, rest = ''): string =>
  `/api/v1/schedules/${encodeURIComponent(flow)}${rest}`;

const HUES: Readonly<Record<string, Hue>> = {
  started: 'green',
  due: 'cyan',
  skipped: 'yellow',
  missed: 'red',
  expired: 'red',
};

const paintOutcome = (outcome: string, paint: Paint): string => {
  const hue = HUES[outcome];
  return hue === undefined ? outcome : paint(hue, outcome);
};

/** `2026-03-29 03:00 +02:00`, on the wall of the schedule's zone. */
export const wall = (local: string): string => {
  const [, date = '', time = '', offset = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d([+-]\d\d:\d\d)/.exec(local) ?? [];
  return `${date} ${time} ${offset}`;
};

/** How a schedule stands, in a word. */
export const stateOf = ({ status, flowStatus, overdue }: Schedule | ScheduleDetail, paint: Paint): string => {
  if (flowStatus !== 'enabled') return paint('yellow', flowStatus);
  if (status === 'paused') return paint('yellow', status);
  return overdue ? paint('red', 'overdue') : status;
};

export const TICK_HEAD = ['TIME', 'OUTCOME', 'LATE', 'VERSION', 'RUN', 'WHY'];

export const tickRow = (tick: Tick, { paint }: Terminal): string[] => [
  clock(msOf(tick.at)),
  paintOutcome(tick.outcome, paint) + (tick.backfill === null ? '' : ' (filled in)'),
  tick.outcome === 'started' ? span(tick.latenessMs) : '',
  String(tick.version),
  tick.run ?? '',
  oneLine(tick.reason ?? ''),
];
