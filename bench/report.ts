/** The results as a person reads them. */
import type { Cost } from './cost.ts';
import type { Effects } from './effects.ts';
import type { Startup } from './startup.ts';
import type { Level, Target, Throughput } from './throughput.ts';

export interface Results {
  readonly at: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  readonly throughput: Throughput;
  readonly effects: Effects;
  readonly startup: Startup;
  readonly cost: Cost;
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

export const report = (results: Results): string =>
  [
    `${results.machine.cores} cores (${results.machine.model}), Node ${results.machine.node}, ${results.at}`,
    ...results.throughput.levels.map(level),
    rest(results),
  ].join('\n\n');
