/**
 * How a start enters its group: it begins at once, waits, joins a run that gathers events, or is skipped. Decided and
 * written in one turn, so that nobody comes between. T1: what became of a start that made no run is kept as long as keys.
 */
import type { GroupClaim, StartReply, StartRequest } from '../domain/lane.ts';
import type { Entry } from '../domain/run.ts';
import { WATCH_MS } from './alarm.ts';
import { stand } from './answer.ts';
import { cancel } from './control.ts';
import { appendEntries } from './journal.ts';
import type { Lane } from './lane.ts';
import { beginNext, enqueue, gatherInto, gathering, underWay, waiting } from './queue.ts';
import type { Gathering } from './queue.ts';
import { readRun, writeRun } from './rows.ts';
import type { RunRow } from './tables.ts';

/** Runs of one group that may wait. */
const MOST_WAITING = 1_000;
/** Events that one run gathers, and units of their text: a run that is full begins. */
const MOST_EVENTS = 100;
const MOST_LENGTH = 5_000_000;

type Created = Extract<Entry, { type: 'created' }>;

export interface Entering {
  readonly request: StartRequest;
  readonly group: GroupClaim;
  readonly created: Created;
  /** the row of the run, before its first commit */
  readonly row: RunRow;
  /** what is written with whatever is decided: the key, and the flow where the lane does not have it */
  readonly along: { readonly key: () => void; readonly flow: () => void };
}

/** The reply; undefined when the run may begin at once, ahead of an empty queue. */
export const enterGroup = (lane: Lane, entering: Entering): StartReply | undefined => {
  const { sql } = lane;
  const { hash, policy, settleMs } = entering.group;
  const pending = settleMs === undefined ? undefined : gathering(sql, hash);
  if (pending !== undefined) return join(lane, entering, pending);
  const queue = waiting(sql, hash);
  const other = underWay(sql, hash) ?? queue[0]?.run;
  if (other === undefined && settleMs === undefined) return undefined;
  if (other !== undefined && policy === 'skip') return skip(lane, entering, other);
  if (queue.length >= MOST_WAITING && policy !== 'cancel-previous') return { outcome: 'full' };
  return queueUp(lane, entering);
};

/** A run that waits: a real one, with a row and a journal of its own. */
const queueUp = (lane: Lane, { request, group, created, row, along }: Entering): StartReply => {
  const { sql } = lane;
  const now = lane.ports.now();
  const until = group.settleMs === undefined ? null : now + group.settleMs;
  const next = lane.storage.transactionSync(() => {
    along.key();
    along.flow();
    appendEntries(sql, row.id, 1, [created]);
    writeRun(sql, { ...row, phase: 'parked', revision: 1, until, deadline: deadlineOf(until, now) });
    const length = group.settleMs === undefined ? {} : { length: request.created.length };
    enqueue(sql, group.hash, { run: row.id, at: group.at, readyAt: until ?? 0, ...length });
    return beginNext(sql, group.hash, now);
  });
  return resting(lane, { outcome: 'started', run: row.id, until, next });
};

/** Another event for a run that has not begun. */
const join = (lane: Lane, entering: Entering, pending: Gathering): StartReply => {
  const { request, group, created, along } = entering;
  const { sql } = lane;
  const now = lane.ports.now();
  const row = readRun(sql, pending.run);
  if (row === undefined) throw new Error(`run ${pending.run} gathers events, and is not there`);
  const { length } = request.created;
  const isFull = pending.events + 1 >= MOST_EVENTS || pending.length + length >= MOST_LENGTH;
  const until = isFull ? now : now + (group.settleMs ?? 0);
  const next = lane.storage.transactionSync(() => {
    along.key();
    keepJoin(sql, request.runId, row.id, 'joined');
    appendEntries(sql, row.id, row.revision + 1, [{ type: 'gathered', at: now, event: created.event ?? {} }]);
    writeRun(sql, { ...row, revision: row.revision + 1, until, deadline: deadlineOf(until, now) });
    gatherInto(sql, group.hash, { run: row.id, length, readyAt: until, isFull });
    return beginNext(sql, group.hash, now);
  });
  return resting(lane, { outcome: 'joined', run: row.id, until, next });
};

const skip = (lane: Lane, { request, along }: Entering, other: string): StartReply => {
  lane.storage.transactionSync(() => {
    along.key();
    keepJoin(lane.sql, request.runId, other, 'skipped');
  });
  return { outcome: 'skipped', runId: other, answer: stand(lane, other) ?? { status: 'queued' } };
};

const deadlineOf = (until: number | null, now: number): number => Math.min(until ?? Infinity, now + WATCH_MS);

/** E7: the alarm is set in the turn of the transaction. The history sees what waits, too. */
const resting = (
  lane: Lane,
  rest: {
    readonly outcome: 'started' | 'joined';
    readonly run: string;
    readonly until: number | null;
    readonly next: string | undefined;
  },
): StartReply => {
  const { outcome, run, until, next } = rest;
  lane.alarm.note(deadlineOf(until, lane.ports.now()));
  lane.alarm.set();
  if (next !== undefined) lane.groups.begin(next);
  lane.copies.soon([run]);
  return { outcome, runId: run, answer: stand(lane, run) ?? { status: 'queued' } };
};

const keepJoin = (sql: SqlStorage, id: string, run: string, how: 'joined' | 'skipped'): void => {
  sql.exec('INSERT INTO joins VALUES (?, ?, ?)', id, run, how);
};

/** What became of a start that made no run of its own. */
export const readJoin = (lane: Lane, id: string): StartReply | undefined => {
  const row = lane.sql
    .exec<{ run: string; how: 'joined' | 'skipped' }>('SELECT run, how FROM joins WHERE id = ?', id)
    .toArray()[0];
  if (row === undefined) return undefined;
  return { outcome: row.how, runId: row.run, answer: stand(lane, row.run) ?? { status: 'succeeded' } };
};

/**
 * `cancel-previous`: all of the group that came before this run make way for it. To be repeated with the start, as the
 * lane may die in between.
 */
export const supersede = async (lane: Lane, { group, created }: StartRequest, run: string): Promise<void> => {
  if (group?.policy !== 'cancel-previous') return;
  const by = (JSON.parse(created) as Created).caller.kind;
  const queue = waiting(lane.sql, group.hash);
  const own = queue.find((other) => other.run === run);
  if (own === undefined) return;
  const current = underWay(lane.sql, group.hash);
  const before = queue.filter(({ arrival }) => arrival < own.arrival).map((other) => other.run);
  // Those that wait go first: each would have its turn when the one before it ends.
  for (const id of [...before, ...(current === undefined ? [] : [current])]) await cancel(lane, id, by);
};
