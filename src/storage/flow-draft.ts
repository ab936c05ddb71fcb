/** What becomes of a flow that is about to be saved, given what is there. Pure: save-flows.ts writes it. */
import type { Flow } from '../domain/flow.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { sha256 } from './digest.ts';
import type { FlowRow } from './flows.ts';
import type { Origin } from './schema.ts';

export interface Draft {
  readonly name: string;
  readonly format: 'yaml' | 'json';
  readonly text: string;
  readonly definition: Flow;
  /** SHA-256 of format and text */
  readonly hash: string;
}

export const draftOf = async (draft: Omit<Draft, 'hash'>): Promise<Draft> => ({
  ...draft,
  hash: await sha256(`${draft.format}\n${draft.text}`),
});

/** Who writes; `force` lets files write over a flow that was last written through the API. */
export interface Writer {
  readonly origin: Origin;
  readonly by: string;
  readonly at: number;
  readonly force: boolean;
}

/** What is there: the flow and the hash of its newest version. */
export interface Standing {
  readonly flow: FlowRow;
  readonly hash: string;
}

export type Change = 'created' | 'updated' | 'restored' | 'unchanged' | 'archived';

/** What happened, or would happen, to one flow. */
export interface FlowChange {
  readonly name: string;
  readonly version: number;
  readonly change: Change;
}

/** A change and the row that makes it; no row when nothing is to be written, no draft when there is no new version. */
export interface Planned extends FlowChange {
  readonly row: FlowRow | null;
  readonly draft: Draft | null;
}

const restore = (status: FlowRow['status']): FlowRow['status'] =>
  status === 'archived' ? 'enabled' : status;

/**
 * The same content makes no new version and takes over another origin without asking, for nothing is lost by it. A
 * name that was archived comes back enabled, and its versions count on.
 */
export const plan = (draft: Draft, standing: Standing | undefined, writer: Writer): Planned | Refusal => {
  const { name } = draft;
  const flow = standing?.flow;
  const same = standing?.hash === draft.hash;
  const archived = flow?.status === 'archived';
  if (flow && !same && !archived && !writer.force && writer.origin === 'files' && flow.origin === 'api') {
    return refuse(
      'conflict',
      `Flow "${name}" was last changed through the API (version ${flow.version}). Pull it first, or push with force.`,
    );
  }
  const version = same ? (flow?.version ?? 1) : (flow?.version ?? 0) + 1;
  const change = !flow ? 'created' : archived ? 'restored' : same ? 'unchanged' : 'updated';
  const row: FlowRow = {
    name,
    title: draft.definition.title ?? null,
    origin: writer.origin,
    status: flow ? restore(flow.status) : 'enabled',
    version,
    trigger: draft.definition.trigger.kind,
    createdAt: flow?.createdAt ?? writer.at,
    updatedAt: writer.at,
  };
  const untouched = change === 'unchanged' && flow?.origin === writer.origin;
  return { name, version, change, row: untouched ? null : row, draft: same ? null : draft };
};

/** A flow whose file is gone. Runs under way end, history and versions stay. */
export const planArchive = (flow: FlowRow, writer: Writer): Planned => ({
  name: flow.name,
  version: flow.version,
  change: 'archived',
  row: { ...flow, status: 'archived', updatedAt: writer.at },
  draft: null,
});
