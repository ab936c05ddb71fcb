/**
 * Runs that were called tell the one that called them how they ended.
 *
 * T5: the end is owed from the commit that ends the run until the other one has it on disk, and its journal is kept so
 * long: whatever dies in between, the alarm finds what is owed and tells it again. Told twice, it counts once.
 */
import type { ToldEnd } from '../domain/lane.ts';
import type { ChildEnd } from '../domain/run.ts';
import { childEnded, endOf } from '../engine/child-end.ts';
import type { Posted } from '../engine/drive.ts';
import { endOfJournal } from './child-stands.ts';
import { isNear } from './children.ts';
import { newInvocation } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { readEntries } from './journal.ts';
import type { Lane, Live } from './lane.ts';
import { nextCommit } from './lane.ts';
import { drive, loadOrSetAside } from './live.ts';
import { isFull } from './room.ts';
import { areTold, readRun, tellAgain } from './rows.ts';

/** What is owed is told again after this. */
export const TELL_AGAIN_MS = 60_000;
const LONGEST_TELL_MS = 3_600_000;
/** Ends for other lanes gather for so long. */
const GATHER_MS = 5;
/** A drive may end just before it looks at the word. */
const TRIES = 3;

interface Told {
  readonly run: string;
  readonly parent: string;
  readonly path: string;
  readonly end: ChildEnd;
}

export interface Parents {
  /** After the commit that has ended the run. */
  readonly tell: (live: Live) => void;
  /** From the alarm: these are owed still. */
  readonly remind: (runs: readonly string[]) => void;
  /** From another lane. Gives the runs whose ends are on disk here, or count for nothing. */
  readonly hear: (ends: readonly ToldEnd[]) => Promise<readonly string[]>;
}

export const createParents = (lane: () => Lane): Parents => {
  let near: Told[] = [];
  let far: Told[] = [];

  const send = (told: Told, invocation?: Invocation): void => {
    if (isNear(told.run, told.parent)) {
      near.push(told);
      // Those whose ends were committed together are told together.
      if (near.length === 1) queueMicrotask(() => void deliverAll(lane(), near.splice(0), invocation));
      return;
    }
    far.push(told);
    if (far.length === 1) lane().ports.after(GATHER_MS, () => void sendAway(lane(), far.splice(0)));
  };

  return {
    tell: ({ id, state, hasStarter, invocation }) => {
      const { parent } = state.created;
      // Its first commit was its last: whoever started it sees that.
      if (parent === undefined || hasStarter) return;
      send({ run: id, parent: parent.run, path: parent.path, end: endOf(state) }, invocation);
    },
    remind: (runs) => {
      for (const run of runs) {
        const told = owedBy(lane(), run);
        if (told !== undefined) send(told);
      }
    },
    hear: (ends) => {
      // Written by the other lane as JSON of just this.
      const told = ends.map(({ end, ...one }): Told => ({ ...one, end: JSON.parse(end) as ChildEnd }));
      return heardHere(lane(), told, newInvocation());
    },
  };
};

/** What a run of this lane owes, from its journal; the older it is, the longer until it is told again. */
const owedBy = (lane: Lane, run: string): Told | undefined => {
  const row = readRun(lane.sql, run);
  if (row === undefined || row.owed === null) return undefined;
  const entries = readEntries(lane.sql, run);
  const created = entries[0];
  const now = lane.ports.now();
  const age = now - (entries.at(-1)?.at ?? now);
  tellAgain(lane.sql, [run], now + Math.min(LONGEST_TELL_MS, Math.max(TELL_AGAIN_MS, age)));
  const parent = created?.type === 'created' ? created.parent : undefined;
  if (parent === undefined) {
    areTold(lane.sql, [run], now);
    return undefined;
  }
  return { run, parent: parent.run, path: parent.path, end: endOfJournal(entries, row) };
};

/** To runs of this lane. Never rejects: what is not heard stays owed. */
const deliverAll = async (lane: Lane, told: readonly Told[], invocation = newInvocation()): Promise<void> => {
  try {
    const heard = await heardHere(lane, told, invocation);
    // What its parent has taken was written off in that commit.
    await writeOff(
      lane,
      heard.filter((run) => (readRun(lane.sql, run)?.owed ?? null) !== null),
    );
  } catch (error) {
    console.error('The end of a called run could not be told:', error);
  }
};

const sendAway = async (lane: Lane, told: readonly Told[]): Promise<void> => {
  try {
    await writeOff(
      lane,
      await lane.fleet.tell(told.map((one) => ({ ...one, end: JSON.stringify(one.end) }))),
    );
  } catch (error) {
    console.error('The end of a called run could not be told to another lane:', error);
  }
};

const writeOff = async (lane: Lane, runs: readonly string[]): Promise<void> => {
  if (runs.length > 0) await lane.commits.join(() => areTold(lane.sql, runs, lane.ports.now()));
};

const heardHere = async (
  lane: Lane,
  told: readonly Told[],
  invocation: Invocation,
): Promise<readonly string[]> => {
  const parents = Map.groupBy(told, ({ parent }) => parent);
  const heard = await Promise.all(
    [...parents].map(([parent, ends]) => deliver(lane, { parent, ends, invocation })),
  );
  return heard.flat();
};

interface Delivery {
  readonly parent: string;
  readonly ends: readonly Told[];
  readonly invocation: Invocation;
}

/** Gives the runs whose ends the parent has on disk, or does not wait for. */
const deliver = async (lane: Lane, delivery: Delivery): Promise<readonly string[]> => {
  const { parent, ends } = delivery;
  for (let tries = 0; tries < TRIES && !lane.isClosing; tries += 1) {
    const live = lane.live.get(parent);
    if (live === undefined && isOver(lane, parent)) return ends.map(({ run }) => run);
    const words = ends.map((told) => wordOf(lane, told));
    const isPosted = live === undefined || words.map(({ posted }) => live.drive.post(posted)).every(Boolean);
    const driven = live ?? wakeUp(lane, delivery, words);
    if (driven === undefined) return [];
    if (isPosted) {
      void driven.ended.then(() => words.forEach(({ dismiss }) => dismiss()));
      return (await Promise.all(words.map(({ heard }) => heard))).filter((run) => run !== undefined);
    }
    await driven.ended;
  }
  return [];
};

const isOver = (lane: Lane, parent: string): boolean =>
  (readRun(lane.sql, parent)?.phase ?? 'final') === 'final';

interface Word {
  readonly posted: Posted;
  /** the run whose end is on disk here, or counts for nothing; undefined: it has to be told again */
  readonly heard: Promise<string | undefined>;
  readonly dismiss: () => void;
}

const wordOf = (lane: Lane, { run, parent, path, end }: Told): Word => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const posted: Posted = (state, now) => {
    const made = childEnded({ run, path }, end)(state, now);
    const live = lane.live.get(parent);
    live?.heard.add(run);
    // An end that counts for nothing may be there already, and not yet on disk.
    const isOnDisk = made === null && (live === undefined || live.recorded === state.entries);
    if (isOnDisk) resolve(run);
    else if (live !== undefined)
      void nextCommit(live).then((isCommitted) => resolve(isCommitted ? run : undefined));
    return made;
  };
  return { posted, heard: promise, dismiss: () => resolve(undefined) };
};

/**
 * Undefined: not now. E8: one that was being driven when the lane died is for the alarm, which counts how often that
 * happens; it asks after its children itself.
 */
const wakeUp = (lane: Lane, { parent, invocation }: Delivery, words: readonly Word[]): Live | undefined => {
  if (isFull(lane) || readRun(lane.sql, parent)?.phase === 'active') return undefined;
  const loaded = loadOrSetAside(lane, parent);
  return loaded && drive(lane, { ...loaded, invocation, first: words.map(({ posted }) => posted) });
};
