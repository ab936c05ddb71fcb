/** What a caller of a run's endpoint gets, and how a run stands. */
import type { RunAnswer } from '../domain/lane.ts';
import { isFinal } from '../domain/run.ts';
import type { RunState } from '../engine/state.ts';
import { readRun } from './rows.ts';
import type { Lane } from './lane.ts';
import type { RunRow } from './tables.ts';

export const isAnswered = (state: RunState): boolean => isFinal(state.status) || state.response !== null;

/** What a caller of the run's endpoint gets by now. `answeredAt`: when it first could have got an answer. */
export const answerOf = (state: RunState, answeredAt: number): RunAnswer => ({
  status: state.status,
  ...(state.response === null ? {} : { response: JSON.stringify(state.response) }),
  ...(state.status === 'succeeded' ? { outputs: JSON.stringify(state.outputs) } : {}),
  ...(state.error === null ? {} : { error: JSON.stringify(state.error) }),
  answeredAt,
});

/** Written by `keptAnswer` alone. */
const parsed = (answer: string): RunAnswer => JSON.parse(answer) as RunAnswer;

/**
 * The answer as the run's row keeps it for callers that come back: an early response until the run ends, then its end;
 * none for a failed run that is under way again. History may be masked, so it cannot serve them.
 */
export const keptAnswer = (state: RunState, row: RunRow, now: number): string | null => {
  if (state.created.trigger !== 'api' || !isAnswered(state)) return null;
  if (row.answer === null) return JSON.stringify(answerOf(state, now));
  if (!isFinal(state.status)) return row.answer;
  return JSON.stringify(answerOf(state, parsed(row.answer).answeredAt ?? now));
};

/** How a run stands; undefined when the lane does not know it. */
export const stand = (lane: Lane, runId: string): RunAnswer | undefined => {
  const row = readRun(lane.sql, runId);
  if (row === undefined) return lane.live.has(runId) ? { status: 'queued' } : undefined;
  return row.answer === null ? { status: row.status } : parsed(row.answer);
};

export const isOver = (answer: RunAnswer): boolean => answer.response !== undefined || isFinal(answer.status);

/** Waits up to `waitMs` for the answer of a run; null when the lane does not know it. */
export const answerWithin = async (lane: Lane, runId: string, waitMs: number): Promise<RunAnswer | null> => {
  const now = stand(lane, runId);
  if (now === undefined) return null;
  if (isOver(now) || waitMs <= 0) return now;
  return (await lane.waiters.wait(runId, waitMs)) ?? stand(lane, runId) ?? null;
};
