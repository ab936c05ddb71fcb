/** Puts runs into their lanes together. Definitions follow where a lane asks for them, each once. */
import { versioned } from '../domain/flow.ts';
import type { StartReply, StartRequest } from '../domain/lane.ts';
import type { Bindings } from '../storage/bindings.ts';
import type { Called } from '../storage/call-lane.ts';
import type { Lane } from '../storage/lanes.ts';
import { askLanes } from './ask-lanes.ts';
import type { RunOrder } from './order.ts';
import { COMMIT_MS } from './place-run.ts';

export interface Placing {
  readonly order: RunOrder;
  readonly lane: Lane;
  readonly request: StartRequest;
}

/** The reply of each one's lane, in their order. `need_flow` and `restarting` are to be tried again, alone. */
export const startTogether = async (
  env: Bindings,
  placings: readonly Placing[],
): Promise<readonly Called<StartReply>[]> => {
  const first = await ask(env, placings, false);
  const lacking = placings.filter((_, at) => isWithoutFlow(first[at]));
  if (lacking.length === 0) return first;
  const second = new Map((await ask(env, lacking, true)).map((reply, at) => [lacking[at], reply]));
  return first.map((reply, at) => second.get(placings[at]) ?? reply);
};

const isWithoutFlow = (called: Called<StartReply> | undefined): boolean =>
  called?.ok === true && called.value.outcome === 'need_flow';

const ask = (env: Bindings, placings: readonly Placing[], withFlows: boolean) =>
  askLanes(env, placings, {
    lane: ({ lane }) => lane,
    lengthOf: ({ request: { created, definition = '' } }) => created.length + definition.length,
    call: (stub, header, some) =>
      stub.startMany(
        header,
        some.map(({ request }) => request),
        withFlows ? definitionsOf(some) : {},
      ),
    deadlineMs: Math.max(0, ...placings.map(({ request }) => request.waitMs)) + COMMIT_MS,
  });

const definitionsOf = (placings: readonly Placing[]): Readonly<Record<string, string>> => {
  const definitions: Record<string, string> = {};
  for (const { order } of placings)
    definitions[versioned(order.flow.name, order.version)] ??= JSON.stringify(order.flow);
  return definitions;
};
