/** `sluice schedules list|show|pause|resume|run`: what the clock starts, and what became of every tick. */
import { msOf, Started } from '../answers.ts';
import { askApi } from '../api.ts';
import { command, type Call } from '../command.ts';
import { CliError, type Ending } from '../exit.ts';
import { readList } from '../page.ts';
import {
  Schedule,
  ScheduleDetail,
  schedulePath,
  stateOf,
  Tick,
  TICK_HEAD,
  tickRow,
  wall,
} from '../schedule-answers.ts';
import { clock, drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const MOST = 10_000;

const rowOf = (schedule: Schedule, { paint }: Terminal): string[] => {
  const { flow, last, next } = schedule;
  return [
    flow,
    stateOf(schedule, paint),
    last === null ? '' : `${clock(msOf(last.at))} ${last.outcome}`,
    next === null ? 'never' : clock(msOf(next.due)),
    oneLine(schedule.note ?? schedule.schedule),
  ];
};

export const schedulesList = command({
  name: 'schedules list',
  summary: 'the schedules, each with its last and its next tick',
  takes: [],
  options: { status: { type: 'string', value: 'WORD', help: 'active or paused' } },
  run: async ({ api, terminal, flags, isJson }) => {
    const query = { status: flags.status };
    const found = await readList(api, '/api/v1/schedules', { item: Schedule, query, limit: MOST });
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('No flow has a schedule.');
    else {
      const rows = found.map((schedule) => rowOf(schedule, terminal));
      drawTable(['FLOW', 'STATE', 'LAST', 'NEXT', 'WHAT'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

const limitOf = (given: string | undefined): number => {
  const limit = Number(given ?? 10);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new CliError('usage', `--limit takes a number from 1 to ${MOST}, not "${given}".`);
};

const draw = (schedule: ScheduleDetail, ticks: readonly Tick[], terminal: Terminal): string[] => {
  const { flow, timezone, note, next } = schedule;
  return [
    `${terminal.paint('bold', flow)}  ${stateOf(schedule, terminal.paint)}`,
    oneLine(schedule.schedule),
    ...(note === null ? [] : [`note: ${oneLine(note)}`]),
    '',
    ...drawTable(
      TICK_HEAD,
      ticks.map((tick) => tickRow(tick, terminal)),
      terminal.columns,
    ),
    '',
    next.length === 0 ? 'It fires no more.' : `next (${timezone})`,
    ...next.map(({ local }) => `  ${wall(local)}`),
  ];
};

export const schedulesShow = command({
  name: 'schedules show',
  summary: 'one schedule: what became of its last ticks, and when the next ones are',
  takes: ['<flow>'],
  options: {
    outcome: {
      type: 'string',
      value: 'WORD',
      help: 'due started skipped missed paused disabled expired',
    },
    backfill: { type: 'string', value: 'ID', help: 'the ticks of one backfill' },
    limit: { type: 'string', value: 'N', help: 'so many ticks at most (10)' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const path = schedulePath(args[0] ?? '');
    const { outcome, backfill } = flags;
    const limit = limitOf(flags.limit);
    const schedule = await askApi(api, path, { gives: ScheduleDetail });
    const query = { outcome, backfill };
    const ticks = await readList(api, `${path}/ticks`, { item: Tick, query, limit });
    if (isJson) terminal.out(JSON.stringify({ ...schedule, last: ticks }));
    else draw(schedule, ticks, terminal).forEach(terminal.out);
    return 'done';
  },
});

const change = async (
  { api, terminal, args, isJson }: Call,
  action: string,
  body: object,
): Promise<Ending> => {
  const path = schedulePath(args[0] ?? '', `/${action}`);
  const schedule = await askApi(api, path, { method: 'POST', body, gives: ScheduleDetail });
  terminal.out(isJson ? JSON.stringify(schedule) : `${schedule.flow} ${stateOf(schedule, terminal.paint)}`);
  return 'done';
};

export const schedulesPause = command({
  name: 'schedules pause',
  summary: 'lets the ticks of a schedule pass: each is recorded, and starts nothing',
  takes: ['<flow>'],
  options: { note: { type: 'string', value: 'TEXT', help: 'why' } },
  run: (call) => change(call, 'pause', { note: call.flags.note }),
});

export const schedulesResume = command({
  name: 'schedules resume',
  summary: 'lets it fire again; its `missed` says what of the pause starts now',
  takes: ['<flow>'],
  options: {},
  run: (call) => change(call, 'resume', {}),
});

export const schedulesRun = command({
  name: 'schedules run',
  summary: 'starts the flow now, as its schedule would',
  takes: ['<flow>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const path = schedulePath(args[0] ?? '', '/run');
    const started = await askApi(api, path, { method: 'POST', body: {}, gives: Started });
    terminal.out(isJson ? JSON.stringify(started) : `${started.id} ${started.status}`);
    return 'done';
  },
});
