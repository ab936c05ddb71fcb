/**
 * Stops a flow that answers events by causing more of them. Only events that our own connections caused can go round, and
 * only in flows that ask for them; of one flow and subject, so many an interval start a run. A count of all events would
 * drop those of a busy day.
 */
import type { Bindings } from '../../storage/bindings.ts';
import { callLane } from '../../storage/call-lane.ts';
import { sha256 } from '../../storage/digest.ts';
import { homeOf } from '../../storage/lanes.ts';
import type { Judged } from './match.ts';

export const LOOP_RUNS = 10;
export const LOOP_MS = 600_000;

export type Guarded = 'pass' | 'loop' | 'unavailable';

/** Counts a start that we caused ourselves, exactly: all of a flow and subject are counted by one lane. */
export const guardLoop = async (
  env: Bindings,
  flow: string,
  { event, selfCaused }: Judged,
): Promise<Guarded> => {
  if (!selfCaused) return 'pass';
  const name = JSON.stringify(['loop', flow, event.source, event.subject]);
  const home = homeOf(env, await sha256(name));
  const called = await callLane(env, home, (stub, header) => stub.admit(header, name, LOOP_RUNS, LOOP_MS));
  if (!called.ok) return 'unavailable';
  return called.value === 0 ? 'pass' : 'loop';
};
