/** A failed run goes on: in the version it failed with, or in another that has everything where the run has done it. */
import type { Flow } from '../domain/flow.ts';
import type { ControlReply } from '../domain/lane.ts';
import type { RunState } from '../engine/state.ts';
import { misplaced } from '../engine/versions.ts';
import { committed } from './control.ts';
import { definitionName, writeFlow } from './flows.ts';
import { newInvocation } from './invocation.ts';
import type { Lane } from './lane.ts';
import { nextCommit } from './lane.ts';
import { drive, load } from './live.ts';
import { readRun } from './rows.ts';

export interface Retry {
  readonly by: string;
  /** null: the version it failed with */
  readonly version: number | null;
  /** JSON of that version, when the lane said `need_flow` */
  readonly definition: string | null;
}

export const retry = async (lane: Lane, id: string, how: Retry): Promise<ControlReply> => {
  if (lane.isClosing) return { outcome: 'restarting' };
  const row = readRun(lane.sql, id);
  if (row === undefined) return { outcome: 'not_found' };
  if (lane.live.has(id) || row.phase !== 'final')
    return conflict('The run is under way; only a failed run can be retried');
  if (row.status !== 'failed') return { outcome: 'already_final', status: row.status };
  const loaded = load(lane, id);
  if (loaded === undefined)
    return conflict('The journal of the run is gone: failed runs can be retried for 30 days');

  const version = how.version ?? loaded.state.version;
  const name = definitionName(row.flow, version, id);
  const stored = lane.flows.get(name, version);
  const { definition } = how;
  if (stored === undefined && definition === null) return { outcome: 'need_flow' };
  // Checked when it was saved.
  const flow = stored ?? (JSON.parse(definition ?? '') as Flow);
  const moved = version === loaded.state.version ? [] : misplaced(loaded.state, flow, lane.ports.cards);
  if (moved.length > 0) return conflict(movedMessage(version, moved));

  const live = drive(lane, {
    ...loaded,
    along: () => {
      if (definition !== null) writeFlow(lane.sql, { name, version, definition });
    },
    invocation: newInvocation(),
    first: [retried(how, version, flow)],
  });
  return committed(lane, id, await nextCommit(live));
};

const conflict = (message: string): ControlReply => ({ outcome: 'conflict', message });

const movedMessage = (version: number, paths: readonly string[]): string =>
  `Version ${version} does not have the steps ${paths.join(', ')} where this run has performed them; retry it in its own version`;

const retried = (how: Retry, version: number, flow: Flow) => (state: RunState, now: number) => ({
  entry: { type: 'retried', at: now, attempt: state.attempt + 1, version, by: how.by } as const,
  flow,
});
