/** Runs flows as tests write them. */
import type { RunState } from '../../src/engine/state.ts';
import { flowOf } from './flow-of.ts';
import { MemoryHost } from './memory-host.ts';
import type { HostOptions } from './memory-host.ts';

export const hostOf = (yaml: string, options: Omit<HostOptions, 'flow'> = {}): MemoryHost =>
  new MemoryHost({ flow: flowOf(yaml), ...options });

/** The state of a run that was woken until it ended or only a person can bring it on. */
export const runFlow = (yaml: string, options: Omit<HostOptions, 'flow'> = {}): Promise<RunState> =>
  hostOf(yaml, options).finish();

/** What the steps return when they run as a flow. */
export const outputsOf = async (steps: string): Promise<unknown> => {
  const state = await runFlow(`steps:\n${steps}`);
  if (state.status !== 'succeeded') throw new Error(`${state.status}: ${state.error?.message}`);
  return state.outputs;
};
