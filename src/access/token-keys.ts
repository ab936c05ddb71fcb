/**
 * Tokens of identity providers (JSON Web Tokens), verified with the keys at one address and no others. Symmetric
 * algorithms and `none` are refused: the key set is public. A key nobody knows is looked for twice a minute at most.
 */
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import type { Bindings } from '../storage/bindings.ts';
import type { Reach } from './context.ts';

const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
/** Clocks may differ by so much. */
export const TOLERANCE_S = 60;

type Keys = ReturnType<typeof createRemoteJWKSet>;

/** By who asks, for tests have several worlds in one isolate. */
const known = new WeakMap<Reach, Map<string, Keys>>();

export interface Outside {
  readonly env: Bindings;
  readonly reach: Reach;
}

const keysAt = (url: string, { env, reach }: Outside): Keys => {
  const mine = known.get(reach) ?? new Map<string, Keys>();
  known.set(reach, mine);
  const kept = mine.get(url);
  if (kept) return kept;
  const ask = (address: string, init: RequestInit): Promise<Response> => {
    const { method = 'GET', headers } = init;
    return reach(env, new Request(address, { method, ...(headers === undefined ? {} : { headers }) }));
  };
  const keys = createRemoteJWKSet(new URL(url), { [customFetch]: ask });
  mine.set(url, keys);
  return keys;
};

export interface TokenRule extends Pick<JWTVerifyOptions, 'requiredClaims' | 'typ' | 'maxTokenAge'> {
  readonly keysUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly now: number;
  /** the token came from the provider itself: keys are asked for anew at once when its key is unknown */
  readonly isFromProvider?: boolean;
}

/** @throws what jose throws about tokens, and what reaching the keys throws */
export const verifiedClaims = async (
  token: string,
  { keysUrl, now, isFromProvider = false, ...rule }: TokenRule,
  outside: Outside,
): Promise<JWTPayload> => {
  const keys = keysAt(keysUrl, outside);
  const options = {
    ...rule,
    algorithms: ALGORITHMS,
    clockTolerance: TOLERANCE_S,
    currentDate: new Date(now),
  };
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!isFromProvider || !(error instanceof errors.JWKSNoMatchingKey)) throw error;
    await keys.reload();
    return (await jwtVerify(token, keys, options)).payload;
  }
};
