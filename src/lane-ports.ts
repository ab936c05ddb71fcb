/** The lane's view of the world, as the Worker has it. */
import type { Cards } from './domain/card.ts';
import { Unavailable } from './domain/errors.ts';
import type { LanePorts } from './lanes/lane.ts';
import type { Bindings } from './storage/bindings.ts';
import { getConnection } from './storage/connections.ts';
import { StoreUnavailable } from './storage/deadline.ts';
import { getSecrets } from './storage/secrets.ts';
import { findHelper } from './triggers/helper/find-helper.ts';
import { reportFailure } from './triggers/helper/report-failure.ts';

export const lanePorts = (env: Bindings, cards: Cards): LanePorts => {
  const now = (): number => Date.now();
  const ownHosts = env.SLUICE_PUBLIC_URL === undefined ? [] : [new URL(env.SLUICE_PUBLIC_URL).host];
  return {
    cards,
    now,
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    connection: (name) => orUnavailable(getConnection(env.DB, env.SLUICE_KEYS, name)),
    secrets: (names) => orUnavailable(getSecrets(env.DB, env.SLUICE_KEYS, names)),
    helper: (name, version) => orUnavailable(findHelper(env, name, version, now())),
    reportFailure: (failure) => reportFailure(env, failure, now()),
    fetch: (request) => fetch(request),
    network: { allowLoopback: env.SLUICE_ALLOW_LOOPBACK === 'true', ownHosts },
  };
};

/** An outage of D1 is no failure of a step: the run waits. */
const orUnavailable = async <T>(found: Promise<T>): Promise<T> => {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new Unavailable('The store of flows, connections and secrets does not answer', { cause: error });
  }
};
