/** Schedules: what a tick takes with many of them due, and what a tick costs when none is. */
import type { Written } from './counted.ts';
import { written } from './cost.ts';
import type { Runtime } from './runtime.ts';
import { historyReaches, historyState, push } from './subject.ts';

export interface Many {
  readonly all: number;
  readonly due: number;
}

export interface Schedules extends Many {
  /** until the tick has judged all that are due and handed them to the queue */
  readonly tickMs: number;
  /** from the tick's begin until the history has all their runs */
  readonly inHistoryMs: number;
  readonly busy: Written;
  readonly restMs: number;
  /** of a tick with nothing due */
  readonly rest: Written;
}

const FILES_A_PUSH = 500;
const MINUTE = 60_000;

const flow = (cron: string): string =>
  [`trigger: { kind: schedule, cron: '${cron}' }`, 'steps:', '  - set: { at: "${{ schedule.at }}" }'].join(
    '\n',
  );

/** Those that are due fire every minute; the others wait for the new year. */
const saveSchedules = async (url: string, { all, due }: Many): Promise<void> => {
  const files = Array.from({ length: all }, (_, number) => ({
    name: `tick/${number}`,
    text: flow(number < due ? '* * * * *' : '0 0 1 1 *'),
  }));
  for (let at = 0; at < files.length; at += FILES_A_PUSH) await push(url, files.slice(at, at + FILES_A_PUSH));
};

const tick = async (url: string, time: number): Promise<number> => {
  const begun = performance.now();
  const response = await fetch(`${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*&time=${time}`);
  if (!response.ok) throw new Error(`The tick answered ${response.status}: ${await response.text()}`);
  return performance.now() - begun;
};

const isOneMinute = (schedules: number, runs: number): void => {
  if (schedules !== runs) throw new Error(`${schedules} schedules were due, and ${runs} runs were started.`);
};

/** @param runtime with the bundle of `counted.ts` */
export const measureSchedules = async ({ url }: Runtime, many: Many): Promise<Schedules> => {
  await saveSchedules(url, many);
  // The first tick takes up what was saved; the minute after it is the one to measure.
  const minute = Math.ceil((Date.now() + 1) / MINUTE) * MINUTE;
  await tick(url, minute - 1);
  const before = await historyState(url);
  await written(url);
  const begun = performance.now();
  const tickMs = await tick(url, minute);
  const isThere = await historyReaches(url, before.runs + many.due, 120_000);
  const inHistoryMs = performance.now() - begun;
  const after = await historyState(url);
  isOneMinute(many.due, after.runs - before.runs);
  if (!isThere) throw new Error('The runs of the tick are not all in the history.');
  const busy = await written(url);
  const restMs = await tick(url, minute);
  return { ...many, tickMs, inHistoryMs, busy, restMs, rest: await written(url) };
};
