/** What a person may do to a run: cancel it, retry it, say what became of a step in doubt. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import type { ControlReply } from '../domain/lane.ts';
import type { RunDetail } from '../domain/run.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import type { LaneCall } from '../storage/call-lane.ts';
import { definitionOf } from '../storage/flows.ts';
import { laneFor } from '../storage/lanes.ts';
import { answer, endpoint } from './endpoint.ts';
import { findRun } from '../storage/find-run.ts';
import { noRun } from './runs.ts';
import { Status } from './shapes/scalars.ts';

const Controlled = z.strictObject({ id: z.string(), status: Status }).meta({ id: 'Controlled' });

interface Told {
  readonly env: Bindings;
  readonly id: string;
}

const final = ({ id, status }: RunDetail): Refusal =>
  refuse('already_final', `Run ${id} has ended: it is ${status}.`);

/** Tells the lane; a run that only D1 still knows has ended long ago. */
const tell = async ({ env, id }: Told, call: LaneCall<ControlReply>): Promise<ControlReply | Refusal> => {
  const found = await findRun(env, id);
  if (!found) return noRun(id);
  if (!found.ok) return found;
  const { detail } = found;
  if (detail.status === 'succeeded' || detail.status === 'cancelled') return final(detail);
  const lane = await laneFor(env, id);
  const called = lane ? await callLane(env, lane, call) : undefined;
  if (called && !called.ok) return called;
  // The journal of a failed run goes after 30 days.
  return called && called.value.outcome !== 'not_found' ? called.value : final(detail);
};

const told = (id: string, reply: ControlReply | Refusal) => {
  if ('ok' in reply) return reply;
  switch (reply.outcome) {
    case 'done':
      return answer({ id, status: reply.status });
    case 'already_final':
      return refuse('already_final', `Run ${id} has ended: it is ${reply.status}.`);
    case 'conflict':
      return refuse('conflict', reply.message);
    case 'not_found':
      return noRun(id);
    default:
      // `need_flow` and `restarting`, after all that is done about them.
      return refuse('unavailable', 'The lane of the run is not ready. Nothing has changed: try again.');
  }
};

const cancel = endpoint({
  method: 'post',
  path: '/runs/{id}/cancel',
  scope: 'runs:control',
  summary: 'Cancels a run; what is in flight is recorded before it ends',
  body: z.strictObject({}),
  gives: Controlled,
  refuses: ['not_found', 'already_final', 'conflict'],
  run: async ({ env, identity, param }) => {
    const id = param('id');
    return told(id, await tell({ env, id }, (stub, header) => stub.cancel(header, id, identity.tokenId)));
  },
});

/** The version to go on in; null is the run's own, which its lane has. */
interface Goal {
  readonly version: number | null;
  readonly definition: string | null;
}

const goalOf = async (env: Bindings, flow: string, version: number | undefined): Promise<Goal | Refusal> => {
  const found = await definitionOf(env.DB, flow, version);
  if (found) return { version: found.version, definition: JSON.stringify(found.definition) };
  return refuse(
    'conflict',
    `Flow "${flow}" was never saved, so it has no other version: retry in the same one.`,
  );
};

const retryIn = async (told: Told, by: string, goal: Goal): Promise<ControlReply | Refusal> =>
  tell(told, (stub, header) => stub.retry(header, told.id, by, goal.version, goal.definition));

const retry = endpoint({
  method: 'post',
  path: '/runs/{id}/retry',
  scope: 'runs:control',
  summary: 'Goes on with a failed run where it failed',
  description:
    'What has succeeded is not performed again. `newest` goes on in the newest version of the flow.',
  body: z.strictObject({ version: z.enum(['same', 'newest']).default('same') }),
  gives: Controlled,
  refuses: ['not_found', 'already_final', 'conflict'],
  run: async ({ env, identity, param, body }) => {
    const id = param('id');
    const by = identity.tokenId;
    const found = await findRun(env, id);
    if (!found) return noRun(id);
    if (!found.ok) return found;
    const { flow, version } = found.detail;
    const goal =
      body.version === 'same' ? { version: null, definition: null } : await goalOf(env, flow, undefined);
    if ('ok' in goal) return goal;
    const reply = await retryIn({ env, id }, by, goal);
    if ('ok' in reply || reply.outcome !== 'need_flow') return told(id, reply);
    // Its lane has forgotten the version since: bring it.
    const own = await goalOf(env, flow, goal.version ?? version);
    return 'ok' in own ? own : told(id, await retryIn({ env, id }, by, own));
  },
});

const Settlement = z
  .strictObject({
    path: z.string().min(1).max(1_000).describe('of the step in doubt'),
    word: z.enum(['happened', 'repeat', 'fail']),
    output: z.json().optional().describe('what the step gave, when it happened'),
  })
  .refine((given) => given.output === undefined || given.word === 'happened', {
    path: ['output'],
    message: 'An output goes with the word "happened" only.',
  });

const settle = endpoint({
  method: 'post',
  path: '/runs/{id}/settle',
  scope: 'runs:control',
  summary: 'Says what became of a step in doubt: it happened, may be repeated, or failed',
  body: Settlement,
  gives: Controlled,
  refuses: ['not_found', 'already_final', 'conflict'],
  run: async ({ env, identity, param, body }) => {
    const id = param('id');
    const output = body.output === undefined ? null : JSON.stringify(body.output);
    const reply = await tell({ env, id }, (stub, header) =>
      stub.settle(header, id, body.path, identity.tokenId, body.word, output),
    );
    return told(id, reply);
  },
});

export const controlEndpoints = [cancel, retry, settle];
