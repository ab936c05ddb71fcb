/** The minute tick: wakes lanes that lost their alarm, tells them of a newer build, and removes old history. */
import { durationMs } from '../domain/duration.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import { allLanes } from '../storage/lanes.ts';
import { sweep } from '../storage/sweep.ts';

const KEEP_RUNS = '90d';
/** Rows removed in one tick: old history goes bit by bit, beside the day's work. */
const SWEPT_A_TICK = 1_000;

export interface Ticked {
  readonly nudged: number;
  /** lanes that did not answer; the next tick asks them again */
  readonly silent: readonly string[];
  readonly swept: { readonly runs: number; readonly pages: number };
}

const keepMs = (env: Bindings): number => {
  const text = env.SLUICE_KEEP_RUNS ?? KEEP_RUNS;
  const ms = durationMs(text);
  if (ms === undefined) throw new Error(`SLUICE_KEEP_RUNS is "${text}": write a length of time such as 90d.`);
  return ms;
};

const nudgeAll = async (env: Bindings): Promise<Pick<Ticked, 'nudged' | 'silent'>> => {
  const lanes = allLanes(env);
  const calls = await Promise.allSettled(
    lanes.map((lane) => callLane(env, lane, (stub, header) => stub.nudge(header))),
  );
  const silent = lanes.filter((_, at) => {
    const call = calls[at];
    return call?.status !== 'fulfilled' || !call.value.ok;
  });
  return { nudged: lanes.length - silent.length, silent: silent.map(({ object }) => object) };
};

/** What fails leaves the rest alone; the first failure is thrown once everything was tried. */
export const tick = async (env: Bindings, now: number): Promise<Ticked> => {
  const [nudges, swept] = await Promise.allSettled([
    nudgeAll(env),
    sweep(env.DB, now, keepMs(env), SWEPT_A_TICK),
  ]);
  if (nudges.status === 'rejected') throw nudges.reason;
  if (swept.status === 'rejected') throw swept.reason;
  return { ...nudges.value, swept: swept.value };
};
