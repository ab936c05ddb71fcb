/** Gives the manual door the engine's dry run, which it may not import, and shows it as the API shows runs. */
import { showStep } from './api/shapes/run.ts';
import { mintRunId } from './domain/ids.ts';
import type { JsonObject } from './domain/json.ts';
import { dryRun as perform } from './engine/dry.ts';
import { lanePorts } from './lane-ports.ts';
import type { ManualPorts } from './triggers/manual/door.ts';

export const dryRun: ManualPorts['dryRun'] = async (env, { flow, version, start, cards, now }) => {
  const id = mintRunId(now, 0, (length) => crypto.getRandomValues(new Uint8Array(length)));
  // Nothing of it is kept, so there is no address to look at it.
  const done = await perform(lanePorts(env, cards), { id, flow, version, url: '', start });
  const { status, outputs, error, reason } = done.detail;
  const shown = {
    flow: flow.name,
    version,
    status,
    outputs,
    error,
    reason,
    isComplete: done.isComplete,
    effects: done.effects,
    steps: done.steps.map(showStep),
  };
  // Through text: interfaces are JSON, though the compiler cannot know that nobody adds to them.
  const json: JsonObject = JSON.parse(JSON.stringify(shown));
  return json;
};
