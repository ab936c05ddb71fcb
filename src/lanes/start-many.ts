/** Many starts in one call. Each is answered for itself: what goes wrong with one is no matter of the others (E8). */
import { versioned } from '../domain/flow.ts';
import type { StartReply, StartRequest } from '../domain/lane.ts';
import type { Lane } from './lane.ts';
import { start } from './start.ts';

type Definitions = Readonly<Record<string, string>>;

/** They begin in one turn, so their first commits are one; a repeated key waits for the start that took it. */
export const startMany = (
  lane: Lane,
  requests: readonly StartRequest[],
  definitions: Definitions,
): Promise<readonly StartReply[]> =>
  Promise.all(requests.map((request) => startOne(lane, complete(request, definitions))));

const complete = (request: StartRequest, definitions: Definitions): StartRequest => {
  const definition = request.definition ?? definitions[versioned(request.flow, request.version)];
  return definition === undefined ? request : { ...request, definition };
};

const startOne = async (lane: Lane, request: StartRequest): Promise<StartReply> => {
  try {
    return await start(lane, request);
  } catch (error) {
    console.error(`run ${request.runId} could not be started:`, error);
    return { outcome: 'restarting' };
  }
};
