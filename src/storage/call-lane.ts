/** The client of the lanes: calls them although every deploy resets their objects. */
import type { LaneHeader } from '../domain/lane.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Bindings, LaneStub } from './bindings.ts';
import { buildOf, layoutOf, type Lane } from './lanes.ts';

const PAUSES_MS = [20, 50, 100, 200, 400, 800, 1_600];
const DEADLINE_MS = 10_000;
/** The reply of a lane that is about to start anew, to one question or to all of several. */
const isRestarting = (reply: unknown): boolean => {
  if (Array.isArray(reply)) return reply.length > 0 && reply.every(isRestarting);
  return isWordOfRestart(reply);
};

const isWordOfRestart = (reply: unknown): boolean =>
  typeof reply === 'object' && reply !== null && 'outcome' in reply && reply.outcome === 'restarting';

const flagged = (error: unknown, flag: 'retryable' | 'durableObjectReset' | 'overloaded'): boolean =>
  typeof error === 'object' && error !== null && Reflect.get(error, flag) === true;

const isOverloaded = (error: unknown): boolean => flagged(error, 'overloaded');
/** The runtime marks what it broke itself; anything else that is thrown is a bug of ours. */
const isReset = (error: unknown): boolean =>
  !isOverloaded(error) && (flagged(error, 'retryable') || flagged(error, 'durableObjectReset'));

const LATE = Symbol('late');

const answerWithin = async <T>(ms: number, work: Promise<T>): Promise<T | typeof LATE> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alarm = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  try {
    return await Promise.race([work, alarm]);
  } finally {
    clearTimeout(timer);
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const silent = (what: string): Refusal =>
  refuse('unavailable', `${what} Nothing is lost: try again.`, { retryAfterSeconds: 2 });

export type LaneCall<T> = (stub: LaneStub, header: LaneHeader) => Promise<T>;
export type Called<T> = { readonly ok: true; readonly value: T } | Refusal;

/**
 * Calls a lane. A call that a deploy or a restart cut off is repeated on a fresh stub for about three seconds, so it
 * must be idempotent; one that met an overloaded object, or passed its deadline, is not. Refuses `unavailable`.
 */
export const callLane = async <T>(
  env: Bindings,
  lane: Lane,
  call: LaneCall<T>,
  deadlineMs: number = DEADLINE_MS,
): Promise<Called<T>> => {
  const header = { build: buildOf(env), homes: layoutOf(env).homes, lane: lane.number };
  for (const wait of [...PAUSES_MS, undefined]) {
    try {
      // A stub whose object was reset stays broken.
      const stub = env.RUN_LANE.get(env.RUN_LANE.idFromName(lane.object));
      const reply = await answerWithin(deadlineMs, call(stub, header));
      if (reply === LATE) return silent('The lane of the run did not answer in time.');
      if (!isRestarting(reply)) return { ok: true, value: reply };
    } catch (error) {
      if (isOverloaded(error)) return silent('The lane of the run has too much to do.');
      if (!isReset(error)) throw error;
    }
    if (wait !== undefined) await pause(wait);
  }
  return silent('The lane of the run is restarting.');
};
