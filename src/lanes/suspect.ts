/**
 * E8: a run that kills its lane, by memory or time, cannot be caught. Those that were being driven when the lane died are
 * suspects: each is driven only after a strike that is on disk, and up to its next commit before the next one begins.
 *
 *   strike 1   it may have been any of them: the first commit is enough
 *   strike 2…  it has got nowhere since: it is watched alone, until it gets on, ends, or has lived through its time
 *   the third  was its last: the run fails with `killed_lane`
 *
 * Getting on clears the strikes; an attempt that begins once more is no getting on.
 */
import type { Lane, Live } from './lane.ts';
import { nextCommit } from './lane.ts';
import { failRun } from './live.ts';
import { waitAtMost } from './patience.ts';
import { readRun, setStrikes } from './rows.ts';

const STRIKES = 3;
const ALONE_MS = 10_000;

export const driveSuspect = async (
  lane: Lane,
  id: string,
  begin: (id: string) => Live | undefined,
): Promise<void> => {
  const row = isSuspect(lane, id);
  if (row === undefined) return;
  if (row.strikes >= STRIKES) {
    const message = `The run brought its lane down ${STRIKES} times, by its use of memory or time`;
    return failRun(lane, id, { code: 'killed_lane', message });
  }
  setStrikes(lane.sql, id, row.strikes + 1);
  await lane.storage.sync();
  // E1: somebody else may have taken it up meanwhile.
  if (isSuspect(lane, id) === undefined) return;
  const live = begin(id);
  if (live === undefined) return;
  await waitAtMost(lane.ports, ALONE_MS, row.strikes === 0 ? nextCommit(live) : progress(live));
  if (row.strikes > 0 && lane.live.get(id) === live) acquit(lane, live);
};

const isSuspect = (lane: Lane, id: string) => {
  const row = lane.live.has(id) ? undefined : readRun(lane.sql, id);
  return row?.phase === 'active' ? row : undefined;
};

/** Resolves when a commit has cleared its strikes, or when no other will come. */
const progress = async (live: Live): Promise<void> => {
  while (live.row.strikes > 0 && (await nextCommit(live)));
};

/** Whoever lives through its time alone is not to blame for what happens later. */
const acquit = (lane: Lane, live: Live): void => {
  setStrikes(lane.sql, live.id, 0);
  live.row = { ...live.row, strikes: 0 };
};
