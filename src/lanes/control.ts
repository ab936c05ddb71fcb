/** Words from outside to a run under way: cancel it, or settle a step in doubt. Each joins the run's drive (E1). */
import { mintedAt } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { ControlReply } from '../domain/lane.ts';
import type { Entry, RunStatus } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { framePathOf, pathOf, stepAt } from '../engine/state.ts';
import type { Posted } from '../engine/drive.ts';
import type { RunState } from '../engine/state.ts';
import { newInvocation } from './invocation.ts';
import type { Lane, Live } from './lane.ts';
import { nextCommit } from './lane.ts';
import { drive, load } from './live.ts';
import { waitAtMost } from './patience.ts';
import { readRun, writeRun } from './rows.ts';

type Word = { readonly entry: Entry } | { readonly refused: ControlReply };
type Say = (state: RunState, now: number) => Word;

/** How long a caller waits to see the run end. */
const CANCEL_MS = 2_000;
/** A cancel may overtake the start of its run by this much. */
const LATE_START_MS = 600_000;
/** A drive may end just before it looks at the word; the next one begins with it. */
const TRIES = 3;

export const statusIn = (lane: Lane, id: string): RunStatus => readRun(lane.sql, id)?.status ?? 'running';

/** How a word that was committed, or was not, is answered. */
export const committed = (lane: Lane, id: string, isCommitted: boolean): ControlReply =>
  isCommitted ? { outcome: 'done', status: statusIn(lane, id) } : { outcome: 'restarting' };

/** Has a drive take the word, and answers once it is committed. */
const say = async (lane: Lane, id: string, word: Say): Promise<ControlReply> => {
  for (let tries = 0; tries < TRIES && !lane.isClosing; tries += 1) {
    const row = readRun(lane.sql, id);
    if (row?.phase === 'final' && !lane.live.has(id)) return { outcome: 'already_final', status: row.status };
    const reply = await post(lane, id, word);
    if (reply !== null) return reply;
    await lane.live.get(id)?.ended;
  }
  return { outcome: 'restarting' };
};

/** Null: the drive was over before it looked. A run that rests hears the word before it does anything else. */
const post = (lane: Lane, id: string, word: Say): Promise<ControlReply | null> =>
  new Promise((resolve) => {
    const posted: Posted = (state, now) => {
      const made = word(state, now);
      const live = lane.live.get(id);
      if (live === undefined) throw new Error(`run ${id} takes a word, and is not driven`);
      if ('refused' in made) {
        resolve(made.refused);
        return null;
      }
      void nextCommit(live).then((isCommitted) => resolve(committed(lane, id, isCommitted)));
      return made;
    };
    const live = lane.live.get(id);
    if (live?.drive.post(posted) === false) return resolve(null);
    const driven = live ?? wake(lane, id, posted);
    if (driven === undefined) resolve({ outcome: 'not_found' });
    else void driven.ended.then(() => resolve(null));
  });

const wake = (lane: Lane, id: string, first: Posted): Live | undefined => {
  const loaded = load(lane, id);
  return loaded && drive(lane, { ...loaded, invocation: newInvocation(), first: [first] });
};

const isKnown = (lane: Lane, id: string): boolean => lane.live.has(id) || readRun(lane.sql, id) !== undefined;

/** Answers once it is committed that the run is to end; its end may take longer. */
const tellToEnd = (lane: Lane, id: string, by: string): Promise<ControlReply> =>
  say(lane, id, (state, now) => {
    if (isFinal(state.status)) return { refused: { outcome: 'already_final', status: state.status } };
    if (state.ending !== null) return { refused: { outcome: 'done', status: state.status } };
    return { entry: { type: 'ending', at: now, status: 'cancelled', by } };
  });

/** Of a run that another one called: the id is no invented one, however old. */
export const cancelCalled = async (lane: Lane, id: string, by: string): Promise<void> => {
  if (isKnown(lane, id)) await tellToEnd(lane, id, by);
  else tombstone(lane, id);
};

/**
 * An unknown id becomes a cancelled run, so that a start which is late finds it; an old or invented one does not.
 */
export const cancel = async (lane: Lane, id: string, by: string): Promise<ControlReply> => {
  if (!isKnown(lane, id)) {
    const age = lane.ports.now() - mintedAt(id);
    if (age > LATE_START_MS || age < -LATE_START_MS) return { outcome: 'not_found' };
    tombstone(lane, id);
    return { outcome: 'done', status: 'cancelled' };
  }
  const reply = await tellToEnd(lane, id, by);
  if (reply.outcome !== 'done') return reply;
  const live = lane.live.get(id);
  if (live !== undefined) await waitAtMost(lane.ports, CANCEL_MS, live.ended);
  return { outcome: 'done', status: statusIn(lane, id) };
};

/** Written at once: a start that comes before a group commit would slip through. */
const tombstone = (lane: Lane, id: string): void => {
  writeRun(lane.sql, {
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
    owed: null,
  });
};

export interface Settlement {
  readonly path: string;
  readonly by: string;
  readonly word: 'happened' | 'repeat' | 'fail';
  /** JSON of what the step would have given */
  readonly output: string | null;
}

export const settle = async (lane: Lane, id: string, how: Settlement): Promise<ControlReply> => {
  const refused: ControlReply = { outcome: 'conflict', message: `Step "${how.path}" is not in doubt` };
  // It may have to wait for its turn: nobody drives it for this.
  if (readRun(lane.sql, id)?.status === 'queued' && !lane.live.has(id)) return refused;
  return say(lane, id, (state, now) => {
    if (isFinal(state.status)) return { refused: { outcome: 'already_final', status: state.status } };
    return isInDoubt(state, how.path) ? { entry: wordOf(how, now) } : { refused };
  });
};

const isInDoubt = (state: RunState, path: string): boolean => {
  const frame = state.frames.get(framePathOf(path));
  if (frame?.activity?.kind !== 'doubt') return false;
  const step = stepAt(frame);
  return step !== undefined && pathOf(frame, step) === path;
};

const wordOf = ({ path, by, word, output }: Settlement, at: number): Entry => {
  switch (word) {
    case 'repeat':
      return { type: 'settled', at, path, by, word };
    case 'happened': {
      // Parsed by the border it came in at.
      const value = output === null ? null : (JSON.parse(output) as Json);
      return { type: 'succeeded', at, path, value };
    }
    case 'fail': {
      const message = `${by} had the step fail, as nobody knows whether it happened`;
      return { type: 'failed', at, path, happened: 'unknown', error: { code: 'in_doubt', message } };
    }
  }
};
