/** Words from outside to a run: cancel, retry, and a person's word on a step in doubt. Each joins the run's drive (E1). */
import type { Flow } from '../domain/flow.ts';
import { mintedAt } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { ControlReply } from '../domain/lane.ts';
import type { Entry, RunStatus } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { framePathOf, pathOf, stepAt } from '../engine/state.ts';
import type { RunState } from '../engine/state.ts';
import { misplaced } from '../engine/versions.ts';
import { newInvocation } from './invocation.ts';
import { readRun, writeFlow, writeRun } from './journal.ts';
import { definitionName } from './lane.ts';
import type { Lane, Live } from './lane.ts';
import { drive, load } from './live.ts';

type Word = { readonly entry: Entry; readonly flow?: Flow } | { readonly refused: ControlReply };
type Say = (state: RunState, now: number) => Word;

/** How long a caller waits to see the run end. */
const CANCEL_MS = 2_000;
/** A cancel may overtake the start of its run by this much. */
const LATE_START_MS = 600_000;

const statusIn = (lane: Lane, id: string): RunStatus =>
  // Written by `writeRun` alone.
  (readRun(lane.sql, id)?.status ?? 'running') as RunStatus;

/** Has a drive take the word, and answers once it is committed. */
const say = async (lane: Lane, id: string, word: Say): Promise<ControlReply> => {
  for (let tries = 0; tries < 3; tries += 1) {
    const live = lane.live.get(id) ?? wake(lane, id);
    if (live === undefined) return { outcome: 'not_found' };
    const reply = await post(lane, live, word);
    if (reply !== null) return reply;
    await live.ended;
  }
  return { outcome: 'restarting' };
};

const wake = (lane: Lane, id: string): Live | undefined => {
  const loaded = load(lane, id);
  return loaded === undefined ? undefined : drive(lane, { ...loaded, invocation: newInvocation() });
};

/** Null: the drive was over before it looked. */
const post = async (lane: Lane, live: Live, word: Say): Promise<ControlReply | null> => {
  const reply = await new Promise<ControlReply | null>((resolve) => {
    const isTaken = live.drive.post((state, now) => {
      const made = word(state, now);
      if ('refused' in made) {
        resolve(made.refused);
        return null;
      }
      live.afterCommit.push((isCommitted) =>
        resolve(
          isCommitted ? { outcome: 'done', status: statusIn(lane, live.id) } : { outcome: 'restarting' },
        ),
      );
      return made;
    });
    if (!isTaken) resolve(null);
    else void live.ended.then(() => resolve(null));
  });
  return reply;
};

export const cancel = async (lane: Lane, id: string, by: string): Promise<ControlReply> => {
  const row = readRun(lane.sql, id);
  if (row === undefined && !lane.live.has(id)) return tombstone(lane, id);
  if (row !== undefined && row.phase === 'final')
    return { outcome: 'already_final', status: statusIn(lane, id) };
  const ended = lane.waiters.wait(id, CANCEL_MS);
  const reply = await say(lane, id, (state, now) => {
    if (isFinal(state.status)) return { refused: { outcome: 'already_final', status: state.status } };
    if (state.ending !== null) return { refused: { outcome: 'done', status: state.status } };
    return { entry: { type: 'ending', at: now, status: 'cancelled', by } };
  });
  if (reply.outcome !== 'done') return reply;
  await ended;
  return { outcome: 'done', status: statusIn(lane, id) };
};

/** An unknown id becomes a cancelled run, so that a start which is late finds it; an old or invented one does not. */
const tombstone = async (lane: Lane, id: string): Promise<ControlReply> => {
  const age = lane.ports.now() - mintedAt(id);
  if (age > LATE_START_MS || age < -LATE_START_MS) return { outcome: 'not_found' };
  const row = {
    id,
    flow: '',
    version: 0,
    status: 'cancelled',
    phase: 'final',
    revision: 0,
    deadline: null,
    until: null,
    strikes: 0,
    answer: null,
  } as const;
  await lane.commits.join(() => writeRun(lane.sql, row));
  return { outcome: 'done', status: 'cancelled' };
};

export interface Retry {
  readonly by: string;
  /** null: the version it failed with */
  readonly version: number | null;
  readonly definition: string | null;
}

export const retry = async (lane: Lane, id: string, how: Retry): Promise<ControlReply> => {
  const row = readRun(lane.sql, id);
  if (row === undefined) return { outcome: 'not_found' };
  if (lane.live.has(id) || row.phase !== 'final')
    return { outcome: 'conflict', message: 'The run is under way; only a failed run can be retried' };
  const status = statusIn(lane, id);
  if (status !== 'failed') return { outcome: 'already_final', status };
  const loaded = load(lane, id);
  if (loaded === undefined) {
    return {
      outcome: 'conflict',
      message: 'The journal of the run is gone: failed runs can be retried for 30 days',
    };
  }
  const version = how.version ?? loaded.state.version;
  const name = definitionName(row.flow, version, id);
  // Checked when it was saved.
  const flow =
    lane.flows.get(name, version) ??
    (how.definition === null ? undefined : (JSON.parse(how.definition) as Flow));
  if (flow === undefined) return { outcome: 'need_flow' };
  const moved = version === loaded.state.version ? [] : misplaced(loaded.state, flow, lane.ports.cards);
  if (moved.length > 0) {
    const message = `Version ${version} does not have the steps ${moved.join(', ')} where this run has performed them; retry it in its own version`;
    return { outcome: 'conflict', message };
  }
  lane.flows.put(name, version, flow);
  const { definition } = how;
  const along =
    definition === null ? {} : { along: () => writeFlow(lane.sql, { name, version, definition }) };
  const live = drive(lane, {
    ...loaded,
    ...along,
    invocation: newInvocation(),
    first: retried(how, version, flow),
  });
  const isCommitted = await new Promise<boolean>((resolve) => live.afterCommit.push(resolve));
  return isCommitted ? { outcome: 'done', status: statusIn(lane, id) } : { outcome: 'restarting' };
};

const retried = (how: Retry, version: number, flow: Flow) => (state: RunState, now: number) => ({
  entry: { type: 'retried', at: now, attempt: state.attempt + 1, version, by: how.by } as const,
  flow,
});

export interface Settlement {
  readonly path: string;
  readonly by: string;
  readonly word: 'happened' | 'repeat' | 'fail';
  /** JSON of what the step would have given */
  readonly output: string | null;
}

export const settle = (lane: Lane, id: string, how: Settlement): Promise<ControlReply> =>
  say(lane, id, (state, now) => {
    const frame = state.frames.get(framePathOf(how.path));
    const step = frame === undefined ? undefined : stepAt(frame);
    const isThere = frame !== undefined && step !== undefined && pathOf(frame, step) === how.path;
    if (isFinal(state.status)) return { refused: { outcome: 'already_final', status: state.status } };
    if (!isThere || frame.activity?.kind !== 'doubt') {
      return { refused: { outcome: 'conflict', message: `Step "${how.path}" is not in doubt` } };
    }
    return { entry: wordOf(how, now) };
  });

const wordOf = (how: Settlement, at: number): Entry => {
  const { path, by } = how;
  switch (how.word) {
    case 'repeat':
      return { type: 'settled', at, path, by, word: 'repeat' };
    case 'happened':
      // Parsed by the border it came in at.
      return {
        type: 'succeeded',
        at,
        path,
        value: how.output === null ? null : (JSON.parse(how.output) as Json),
      };
    case 'fail':
      return {
        type: 'failed',
        at,
        path,
        happened: 'unknown',
        error: { code: 'in_doubt', message: `${by} had the step fail, as nobody knows whether it happened` },
      };
  }
};
