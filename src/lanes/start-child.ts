/** Starts a run for a step of another run of the lane. Idempotent by its id; those started in one turn share a commit. */
import { endOf } from '../engine/child-end.ts';
import { begin } from '../engine/apply.ts';
import type { Child, ChildReply } from '../engine/ports.ts';
import { standOfChild } from './child-stands.ts';
import { definitionName, writeFlow } from './flows.ts';
import type { Lane, Live } from './lane.ts';
import { nextCommit } from './lane.ts';
import { drive } from './live.ts';
import { isOverloaded } from './room.ts';
import { newRow } from './start.ts';

const UNAVAILABLE: ChildReply = { kind: 'unavailable' };

/** Never rejects (E8). @param by the run that calls it, whose invocation it shares */
export const startChild = async (lane: Lane, by: Live, child: Child): Promise<ChildReply> => {
  try {
    const other = lane.live.get(child.run);
    // Somebody starts it already: what is not committed may still be lost.
    if (other?.recorded === 0 && !(await nextCommit(other))) return UNAVAILABLE;
    const known = standOfChild(lane, child.run);
    if (known.kind !== 'unknown') return known;
    if (lane.isClosing || isOverloaded(lane)) return UNAVAILABLE;
    return await begun(lane, by, child);
  } catch (error) {
    console.error(`run ${child.run} could not be started:`, error);
    return UNAVAILABLE;
  }
};

const begun = async (lane: Lane, by: Live, child: Child): Promise<ChildReply> => {
  const { run, flow, version, created } = child;
  const name = definitionName(flow.name, version, run);
  const isStored = lane.flows.get(name, version) !== undefined;
  const live = drive(lane, {
    state: begin(run, flow, created),
    row: newRow({ runId: run, flow: flow.name, version }),
    unrecorded: [created],
    along: () => {
      if (!isStored) writeFlow(lane.sql, { name, version, definition: JSON.stringify(flow) });
    },
    invocation: by.invocation,
    hasStarter: true,
  });
  const isDurable = await nextCommit(live);
  live.hasStarter = false;
  if (!isDurable) return UNAVAILABLE;
  if (!isStored) lane.flows.put(name, version, flow);
  if (live.row.phase !== 'final') return { kind: 'running' };
  return { kind: 'ended', end: endOf(live.state) };
};
