/** What an action gets besides its input, for tests: a fixed clock, and the network of a laptop. */
import type { ActionContext } from '../../src/domain/card.ts';
import type { Connection, ConnectionSettings } from '../../src/domain/connection.ts';
import { StepError } from '../../src/domain/errors.ts';

export const NOW = Date.UTC(2026, 10, 23, 12);

export const contextFor = (given: Partial<ActionContext> = {}): ActionContext => ({
  now: NOW,
  random: () => 0.5,
  effectKey: 'run_1:notify',
  signal: new AbortController().signal,
  fetch: (request) => fetch(request),
  network: { allowLoopback: true, ownHosts: [] },
  ...given,
});

export const connectionFor = (
  settings: ConnectionSettings,
  given: Partial<Omit<Connection, 'settings'>> = {},
): Connection => ({ name: 'acme', kind: 'http', honoursIdempotencyKey: false, settings, ...given });

/** The failure of a step that must fail. */
export const failureOf = async (step: Promise<unknown>): Promise<StepError> => {
  const error = await step.then(
    () => new Error('the step succeeded'),
    (error: unknown) => error,
  );
  if (error instanceof StepError) return error;
  throw error;
};
