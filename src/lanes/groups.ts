/**
 * Groups: runs that go one at a time. Their lane is the group's home, and its rows the only judge of what is under way.
 *
 * G1, G2: see `queue.ts`. G3: whose turn it is is committed with the end of the run before, and that run is due then:
 * whatever the lane dies of, the alarm of that commit begins it (E7). A run that waits is in no memory.
 */
import type { Posted } from '../engine/drive.ts';
import { isFinal } from '../domain/run.ts';
import { WATCH_MS } from './alarm.ts';
import { newInvocation } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { nextCommit } from './lane.ts';
import type { Lane, Live } from './lane.ts';
import { drive, loadOrSetAside } from './live.ts';
import type { Opening } from './live.ts';
import { beginNext, gathering, leaveGroup, setReady, setUnderWay, waiting } from './queue.ts';
import { isFull } from './room.ts';
import { waitOn } from './rows.ts';

const FULL_PAUSE_MS = 1_000;

export interface Groups {
  /** A commit that will tell more about the group: only without one do its rows tell all. */
  readonly underWay: (group: string) => Promise<unknown> | undefined;
  /** A run begins at once; the returned function has to be called when its first commit is over, come what may. */
  readonly take: (group: string) => () => void;
  /** Belongs into each commit of a run: gives the run whose turn begins with it. */
  readonly follow: (live: Live, phase: 'active' | 'parked' | 'final') => string | undefined;
  /** After the commit that began a run's turn. */
  readonly begin: (run: string, invocation?: Invocation) => void;
}

export const createGroups = (lane: () => Lane): Groups => {
  const taken = new Map<string, Promise<void>>();
  return {
    underWay: (group) => taken.get(group) ?? gatherer(lane(), group),
    take: (group) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      taken.set(group, promise);
      return () => {
        taken.delete(group);
        resolve();
      };
    },
    follow: (live, phase) => {
      const { group } = live.state.created;
      if (group === undefined) return undefined;
      if (phase === 'final') return leaveGroup(lane().sql, group, live.id, lane().ports.now());
      if (live.recorded === 0) setUnderWay(lane().sql, group, live.id);
      return undefined;
    },
    begin: (run, invocation = newInvocation()) => begin(lane(), run, invocation),
  };
};

/** A run that still gathers, and is being cancelled. */
const gatherer = (lane: Lane, group: string): Promise<unknown> | undefined => {
  const run = lane.live.size === 0 ? undefined : gathering(lane.sql, group)?.run;
  const live = run === undefined ? undefined : lane.live.get(run);
  return live && nextCommit(live);
};

/** What cannot begin now is due already, and is found by the alarm. */
const begin = (lane: Lane, run: string, invocation: Invocation): void => {
  if (lane.live.has(run)) return;
  if (!lane.isClosing && !isFull(lane)) {
    driveInTurn(lane, run, invocation);
    return;
  }
  lane.alarm.note(lane.ports.now() + FULL_PAUSE_MS);
  lane.alarm.set();
};

/** Drives a run, if it may be: one that waits in a group may when its turn has come. */
export const driveInTurn = (lane: Lane, id: string, invocation: Invocation): Live | undefined => {
  const loaded = loadOrSetAside(lane, id);
  if (loaded === undefined || isFinal(loaded.row.status) || !mayBegin(lane, loaded)) return undefined;
  return drive(lane, { ...loaded, invocation, ...(wasQueued(loaded) ? { first: [begun] } : {}) });
};

type Loaded = Pick<Opening, 'state' | 'row'>;

const wasQueued = ({ state }: Loaded): boolean =>
  state.created.group !== undefined && state.status === 'queued' && state.startedAt === state.created.at;

const begun: Posted = ({ status }, now) => (isFinal(status) ? null : { entry: { type: 'begun', at: now } });

/** A run that has gathered events for long enough takes its turn, or waits for it from now on. */
const mayBegin = (lane: Lane, { state, row }: Loaded): boolean => {
  const { group } = state.created;
  if (group === undefined || row.status !== 'queued') return true;
  const { sql, storage, ports } = lane;
  if (!waiting(sql, group).some(({ run }) => run === row.id)) return true;
  const now = ports.now();
  const next = storage.transactionSync(() => {
    setReady(sql, group, row.id);
    waitOn(sql, row.id, now + WATCH_MS);
    return beginNext(sql, group, now);
  });
  return next === row.id;
};
