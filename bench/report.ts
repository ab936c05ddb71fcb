/** The results as a person reads them. */
import type { Children, Fan } from './children.ts';
import type { Cost } from './cost.ts';
import type { Effects } from './effects.ts';
import type { EventCost, Events } from './events.ts';
import type { Schedules } from './schedules.ts';
import type { Startup } from './startup.ts';
import type { Level, Target, Throughput } from './throughput.ts';

export interface Results {
  readonly at: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  readonly throughput: Throughput;
  readonly effects: Effects;
  readonly startup: Startup;
  readonly cost: Cost;
  readonly children: Children;
  readonly events: Events;
  readonly eventCost: EventCost;
  readonly schedules: Schedules;
}

const TITLES: Readonly<Record<Target, string>> = {
  plain: 'plain answer',
  commit: 'one commit a run',
  group: 'group commit',
  d1: 'one D1 insert',
  subject: 'Sluice, /invoke',
};

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map(line).join('\n');
};

const level = ({ connections, targets, historyLagMs }: Level): string => {
  const subject = targets.subject.perSecond;
  // The keys are those of `TITLES`.
  const rows = (Object.keys(TITLES) as Target[]).map((target) => {
    const { perSecond, p50Ms, p99Ms, cpuMs } = targets[target];
    const ratio = target === 'subject' ? '' : (subject / perSecond).toFixed(2);
    return [
      TITLES[target],
      perSecond.toFixed(0),
      p50Ms.toFixed(2),
      p99Ms.toFixed(2),
      cpuMs?.toFixed(2) ?? '–',
      ratio,
    ];
  });
  const head = [`${connections} at once`, 'per second', 'p50 ms', 'p99 ms', 'CPU ms', 'Sluice : floor'];
  return `${table([head, ...rows])}\n(history complete ${historyLagMs.toFixed(0)} ms after the last answer)`;
};

const megabytes = (bytes: number | null): string =>
  bytes === null ? 'not measured' : `${(bytes / 1_000_000).toFixed(0)} MB`;
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const rest = ({ effects, startup, cost, throughput }: Results): string => {
  const { million } = cost;
  const total = million.rows + million.requests + million.cpu + million.duration;
  return table([
    ['Runs answered, and in the history', String(throughput.answered)],
    ['Bare request, one after the other', `${effects.bareMs.toFixed(2)} ms`],
    ['The same, with a row on disk before each', `${effects.recordedMs.toFixed(2)} ms`],
    ['Durable step with that request', `${effects.stepMs.toFixed(2)} ms`],
    ['Overhead of a durable step', `${effects.overheadMs.toFixed(2)} ms`],
    ['of that, beyond the row on disk', `${effects.overRecordedMs.toFixed(2)} ms`],
    ['Fresh process to first answer', `${startup.firstAnswerMs.toFixed(0)} ms`],
    ['of that, the first request', `${startup.firstRequestMs.toFixed(0)} ms`],
    ['Idle memory of workerd', megabytes(startup.idleBytes)],
    ['Rows written a run: lane', cost.laneRows.toFixed(2)],
    ['Alarms set a run (a row each)', cost.alarms.toFixed(2)],
    ['Rows written a run: D1', cost.d1Rows.toFixed(2)],
    ['Bytes kept a run: lane', cost.laneBytes.toFixed(0)],
    ['Bytes kept a run: D1', cost.d1Bytes.toFixed(0)],
    ['CPU of the whole runtime a run', cost.cpuMs === null ? 'not measured' : `${cost.cpuMs.toFixed(2)} ms`],
    ['A million runs: rows written', dollars(million.rows)],
    ['requests of Worker and lane', dollars(million.requests)],
    ['CPU', dollars(million.cpu)],
    [`duration (${cost.activeMs.toFixed(0)} ms each, all apart)`, dollars(million.duration)],
    ['together', dollars(total)],
    ['storage, a month of them', dollars(million.storageMonth)],
  ]);
};

const eventTables = ({ events, eventCost }: Results): string[] => {
  const answers = events.answers.map(({ connections, floor, subject }) => [
    `10 events a post, ${connections} at once`,
    floor.p50Ms.toFixed(2),
    floor.p99Ms.toFixed(2),
    subject.p50Ms.toFixed(2),
    subject.p99Ms.toFixed(2),
    (subject.p50Ms / floor.p50Ms).toFixed(2),
  ]);
  const head = ['Until the answer', 'floor p50 ms', 'p99', 'Sluice p50 ms', 'p99', 'p50 : floor'];
  const { burst, residentBytes } = events;
  const facts = [
    ['Events at once, each with a run of three steps', String(burst.events)],
    ['until the last post was answered', `${burst.lastAnswerMs} ms (p50 ${burst.p50Ms.toFixed(1)} ms)`],
    ['until the last run had ended', `${burst.lastEndMs} ms, ${perSecond(burst.events, burst.lastEndMs)}`],
    ['until the history had it', `${burst.inHistoryMs} ms, ${perSecond(burst.events, burst.inHistoryMs)}`],
    [
      `Memory of workerd before ${events.memoryEvents} events, and after each tenth`,
      residentBytes.map(megabytes).join(', '),
    ],
    ['Rows written an event: lane', eventCost.laneRows.toFixed(2)],
    ['Rows written an event: D1', eventCost.d1Rows.toFixed(2)],
    ['Queue messages an event', eventCost.messages.toFixed(2)],
    ['A million events, without CPU and storage', dollars(eventCost.million)],
  ];
  return [table([head, ...answers]), table(facts)];
};

const perSecond = (count: number, ms: number): string => `${((count * 1_000) / ms).toFixed(0)} a second`;

const childrenTable = ({ children: { pure, effects } }: Results): string => {
  const line = (what: string, { items, answeredMs, inHistoryMs }: Fan): string[] => [
    `A run that calls a helper of ${what} for each of ${items} items`,
    `${answeredMs.toFixed(0)} ms`,
    perSecond(items, answeredMs),
    `${inHistoryMs.toFixed(0)} ms`,
  ];
  const head = ['Calls', 'until its answer', '', 'until the history has all'];
  return table([head, line('two pure steps', pure), line('one request', effects)]);
};

const scheduleTable = ({ schedules }: Results): string => {
  const { all, due, tickMs, inHistoryMs, busy, restMs, rest } = schedules;
  return table([
    [`A tick with ${due} of ${all} schedules due: until all are queued`, `${tickMs.toFixed(0)} ms`],
    ['until the history has their runs', `${inHistoryMs.toFixed(0)} ms`],
    ['D1 statements, rows written in D1', `${busy.d1Statements}, ${busy.d1Rows}`],
    ['rows written in the lane, queue messages', `${busy.laneRows}, ${busy.messages}`],
    ['A tick with nothing due', `${restMs.toFixed(0)} ms`],
    ['D1 statements, rows written in D1', `${rest.d1Statements}, ${rest.d1Rows}`],
  ]);
};

export const report = (results: Results): string =>
  [
    `${results.machine.cores} cores (${results.machine.model}), Node ${results.machine.node}, ${results.at}`,
    ...results.throughput.levels.map(level),
    rest(results),
    childrenTable(results),
    ...eventTables(results),
    scheduleTable(results),
  ].join('\n\n');
