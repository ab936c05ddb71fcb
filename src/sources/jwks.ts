/**
 * The public keys of senders (JSON Web Key Sets, RFC 7517), kept in the isolate's memory. Keys are fetched only from
 * the address that a source is configured with, and nobody who posts can make us fetch often: each address has five
 * fetches in hand and gets one back every ten seconds.
 */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import * as z from 'zod';
import type { Json } from '../domain/json.ts';
import type { SourcePorts } from './kind.ts';

/** Older keys are asked for again before they are used. */
const FRESH_MS = 10 * 60_000;
/** Older keys are not used even while the sender's key server is silent. */
const STALE_MS = 60 * 60_000;
/** Okta waits three seconds for an answer, so its key server gets two. */
const DEADLINE_MS = 2_000;
const FETCHES = 5;
const REFILL_MS = 10_000;
const ADDRESSES = 200;

/** One version of a sender's keys. `find` picks by the token's header: `alg`, and `kid` where it has one. */
export interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAt: number;
}

export type Keys =
  { readonly ok: true; readonly keys: KeySet } | { readonly ok: false; readonly trouble: string };

interface Memory {
  keys: KeySet | undefined;
  /** A fetch under way, which later callers join. In a Worker it can die with the request that began it. */
  asking: { readonly since: number; readonly answer: Promise<Keys> } | undefined;
  fetches: number;
  countedAt: number;
}

const memories = new Map<string, Memory>();

const memoryOf = (url: string, now: number): Memory => {
  const known = memories.get(url);
  if (known !== undefined) return known;
  const oldest = memories.size >= ADDRESSES ? memories.keys().next().value : undefined;
  if (oldest !== undefined) memories.delete(oldest);
  const memory: Memory = { keys: undefined, asking: undefined, fetches: FETCHES, countedAt: now };
  memories.set(url, memory);
  return memory;
};

/** Symmetric keys are dropped: a key that everybody can read would verify what everybody can sign. */
const Jwks = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string(), kid: z.string().optional() }))
    .max(100)
    .transform((keys) => keys.filter(({ kty }) => kty === 'RSA' || kty === 'EC' || kty === 'OKP')),
});

const readKeys = (answer: Json, readAt: number): Keys => {
  const parsed = Jwks.safeParse(answer);
  if (!parsed.success) return { ok: false, trouble: 'the answer is no JSON Web Key Set of at most 100 keys' };
  // The members were checked as far as jose does not check them itself when it imports a key.
  const find = createLocalJWKSet(parsed.data as JSONWebKeySet);
  return { ok: true, keys: { find, readAt } };
};

const ask = async (url: string, ports: SourcePorts, now: number): Promise<Keys> => {
  try {
    return readKeys(await ports.fetchJson(url), now);
  } catch (error) {
    return { ok: false, trouble: error instanceof Error ? error.message : String(error) };
  }
};

const mayFetch = (memory: Memory, now: number): boolean => {
  const earned = Math.max(0, now - memory.countedAt) / REFILL_MS;
  memory.fetches = Math.min(FETCHES, memory.fetches + earned);
  memory.countedAt = now;
  if (memory.fetches < 1) return false;
  memory.fetches -= 1;
  return true;
};

/** Every caller has a deadline of its own: the fetch it waits for may be another request's, and never end. */
const inTime = async (answer: Promise<Keys>): Promise<Keys> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<Keys>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, trouble: `no answer in ${DEADLINE_MS} ms` }), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
};

const fetchKeys = (url: string, ports: SourcePorts, now: number): Promise<Keys> => {
  const memory = memoryOf(url, now);
  const isUnderWay = memory.asking !== undefined && now - memory.asking.since < DEADLINE_MS;
  if (memory.asking !== undefined && isUnderWay) return inTime(memory.asking.answer);
  if (!mayFetch(memory, now)) {
    return Promise.resolve({ ok: false, trouble: 'it was asked often enough just now' });
  }
  const answer = ask(url, ports, now).then((keys) => {
    if (keys.ok) memory.keys = keys.keys;
    if (memory.asking === asking) memory.asking = undefined;
    return keys;
  });
  const asking = { since: now, answer };
  memory.asking = asking;
  return inTime(answer);
};

/** A sender's keys: at most ten minutes old, or an hour while its key server does not answer. */
export const keysAt = async (url: string, ports: SourcePorts, now: number): Promise<Keys> => {
  const known = memoryOf(url, now).keys;
  if (known !== undefined && now - known.readAt < FRESH_MS) return { ok: true, keys: known };
  const fetched = await fetchKeys(url, ports, now);
  if (fetched.ok || known === undefined || now - known.readAt >= STALE_MS) return fetched;
  return { ok: true, keys: known };
};

/** Keys newer than those that lack the one a token was signed with: the sender may have changed them. */
export const newerKeys = async (
  url: string,
  { than, ports, now }: { readonly than: KeySet; readonly ports: SourcePorts; readonly now: number },
): Promise<Keys> => {
  const known = memoryOf(url, now).keys;
  if (known !== undefined && known !== than) return { ok: true, keys: known };
  return fetchKeys(url, ports, now);
};
