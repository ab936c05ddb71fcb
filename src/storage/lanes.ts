/**
 * Which Durable Object a run lives in, and which one is the home of an idempotency key.
 *
 *   lane-<n>        n below SLUICE_LANES; those below SLUICE_HOMES are also homes of idempotency keys
 *   own:<run id>    the object of one run with `settings.lane: own`; its id says lane 1023
 */
import { laneOf, mintRunId, isRunId } from '../domain/ids.ts';
import type { Bindings } from './bindings.ts';
import { sameText, sign } from './signing.ts';

export const OWN_LANE = 1023;

export interface Lane {
  readonly number: number;
  /** name of the Durable Object */
  readonly object: string;
}

export interface Layout {
  readonly homes: number;
  readonly lanes: number;
}

const count = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= OWN_LANE) return value;
  throw new Error(`${name} is "${text}": it must be a whole number from 1 to ${OWN_LANE}.`);
};

/** How many homes and lanes the installation has. Throws when its settings contradict each other. */
export const layoutOf = (env: Bindings): Layout => {
  const homes = count('SLUICE_HOMES', env.SLUICE_HOMES, 8);
  const lanes = count('SLUICE_LANES', env.SLUICE_LANES, homes);
  if (lanes < homes) throw new Error(`SLUICE_LANES (${lanes}) is below SLUICE_HOMES (${homes}): raise it.`);
  return { homes, lanes };
};

/** Changes with every deploy and sorts by its time, so that a lane can tell a newer build from an older one. */
export const buildOf = (env: Bindings): string => {
  const version = env.CF_VERSION_METADATA;
  return version === undefined ? 'dev' : `${version.timestamp} ${version.id}`;
};

export const numbered = (number: number): Lane => ({ number, object: `lane-${number}` });

export const allLanes = (env: Bindings): readonly Lane[] =>
  Array.from({ length: layoutOf(env).lanes }, (_, number) => numbered(number));

/** The home of an idempotency key. @param hash hexadecimal, evenly spread (SHA-256) */
export const homeOf = (env: Bindings, hash: string): Lane =>
  numbered(Number.parseInt(hash.slice(0, 8), 16) % layoutOf(env).homes);

const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** Where a run goes that no key ties to a home: any lane, or an object of its own. */
export const pickLane = (env: Bindings, settings: { readonly lane?: 'own' }): number => {
  if (settings.lane === 'own') return OWN_LANE;
  const [draw = 0] = crypto.getRandomValues(new Uint32Array(1));
  return draw % layoutOf(env).lanes;
};

const OWN_MARK = 6;

/**
 * The end of an id in lane 1023: 30 bits that only this installation can compute, so that an invented id creates no
 * object. A note at some home would have to be kept for as long as the run may wait, and be asked on every look.
 */
const ownMark = async (env: Bindings, stem: string): Promise<string> => {
  const mac = await sign(env, 'own-lane', stem);
  return mintRunId(0, 0, (length) => mac.subarray(0, length)).slice(-OWN_MARK);
};

/** A new run id in a lane. */
export const mintRun = async (env: Bindings, lane: number, now: number): Promise<string> => {
  const id = mintRunId(now, lane, randomBytes);
  if (lane !== OWN_LANE) return id;
  const stem = id.slice(0, -OWN_MARK);
  return stem + (await ownMark(env, stem));
};

/** The lane of a run, or undefined when no such lane exists: then no object is touched. */
export const laneFor = async (env: Bindings, runId: string): Promise<Lane | undefined> => {
  if (!isRunId(runId)) return undefined;
  const number = laneOf(runId);
  if (number === OWN_LANE) {
    const expected = await ownMark(env, runId.slice(0, -OWN_MARK));
    return sameText(runId.slice(-OWN_MARK), expected) ? { number, object: `own:${runId}` } : undefined;
  }
  return number < layoutOf(env).lanes ? numbered(number) : undefined;
};
