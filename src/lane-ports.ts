/** The engine's view of the world, as the Worker has it. */
import type { Cards } from './domain/card.ts';
import { Unavailable } from './domain/errors.ts';
import type { Ports } from './engine/ports.ts';
import type { Bindings } from './storage/bindings.ts';
import { getConnection } from './storage/connections.ts';
import { getSecrets } from './storage/secrets.ts';

/** What was read once serves this long, and longer while D1 does not answer. */
const FRESH_MS = 1_000;
const STALE_MS = 15 * 60_000;

export const lanePorts = (env: Bindings, cards: Cards): Ports => {
  const now = (): number => Date.now();
  const connections = remembered(now, (name: string) => getConnection(env.DB, env.SLUICE_KEYS, name));
  const secrets = remembered(now, (names: string) => getSecrets(env.DB, env.SLUICE_KEYS, names.split(',')));
  const ownHosts = env.SLUICE_PUBLIC_URL === undefined ? [] : [new URL(env.SLUICE_PUBLIC_URL).host];
  return {
    cards,
    now,
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    connection: connections,
    secrets: (names) => secrets(names.join(',')),
    fetch: (request) => fetch(request),
    network: { allowLoopback: env.SLUICE_ALLOW_LOOPBACK === 'true', ownHosts },
  };
};

/** Remembers what a look-up gave, so that an outage of D1 is no failure of a step. */
const remembered = <T>(
  now: () => number,
  load: (key: string) => Promise<T>,
): ((key: string) => Promise<T>) => {
  const known = new Map<string, { readonly value: T; readonly at: number }>();
  return async (key) => {
    const last = known.get(key);
    if (last !== undefined && now() - last.at < FRESH_MS) return last.value;
    try {
      const value = await load(key);
      known.set(key, { value, at: now() });
      return value;
    } catch (error) {
      if (last !== undefined && now() - last.at < STALE_MS) return last.value;
      throw new Unavailable('The store of connections and secrets does not answer', { cause: error });
    }
  };
};
