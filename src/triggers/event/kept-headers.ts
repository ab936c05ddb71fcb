/** Which headers of a post are kept beside its events: what it says of itself, and nothing that proves who sent it. */
import type { JsonObject } from '../../domain/json.ts';
import type { KeptHeaders } from '../../storage/keep-events.ts';

const SECRET = /auth|cookie|hmac|key|passw|secret|sign|token|verif|challenge|assertion|jwt/;
/** What the network adds on the way. */
const OF_THE_WAY =
  /^(cf-|x-forwarded-|x-real-ip$|forwarded$|via$|connection$|content-length$|host$|cdn-loop$)/;
const MOST_HEADERS = 60;
const LONGEST_VALUE = 1_000;

interface Sender {
  readonly settings: JsonObject;
  readonly secrets: readonly string[];
}

/** A header that the settings name is one that the sender proves itself with. */
export const keptHeaders = (headers: Headers, { settings, secrets }: Sender): KeptHeaders => {
  const named = new Set(
    Object.values(settings).flatMap((value) => (typeof value === 'string' ? [value.toLowerCase()] : [])),
  );
  const kept = [...headers].filter(
    ([name, value]) =>
      !SECRET.test(name) &&
      !OF_THE_WAY.test(name) &&
      !named.has(name) &&
      !secrets.some((secret) => secret !== '' && value.includes(secret)),
  );
  return Object.fromEntries(
    kept.slice(0, MOST_HEADERS).map(([name, value]) => [name, value.slice(0, LONGEST_VALUE)]),
  );
};
