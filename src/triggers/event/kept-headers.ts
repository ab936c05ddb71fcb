/** Which headers of a post are kept beside its events: what it says of itself, and nothing that proves who sent it. */
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
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

const headerIn = (value: Json | undefined): readonly string[] =>
  isObject(value) && typeof value.header === 'string' ? [value.header.toLowerCase()] : [];

/** The header that the sender proves itself with may have any name; settings say it in one of two places. */
const proving = (settings: JsonObject): readonly string[] => [
  ...headerIn(settings),
  ...headerIn(settings.auth),
];

export const keptHeaders = (headers: Headers, { settings, secrets }: Sender): KeptHeaders => {
  const named = proving(settings);
  const kept = [...headers].filter(
    ([name, value]) =>
      !SECRET.test(name) &&
      !OF_THE_WAY.test(name) &&
      !named.includes(name) &&
      !secrets.some((secret) => secret !== '' && value.includes(secret)),
  );
  return Object.fromEntries(
    kept.slice(0, MOST_HEADERS).map(([name, value]) => [name, value.slice(0, LONGEST_VALUE)]),
  );
};
