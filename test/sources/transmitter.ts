/** A transmitter for tests: it signs tokens with jose and serves its keys on loopback. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Json } from '../../src/domain/json.ts';
import type { SourcePorts } from '../../src/sources/kind.ts';
import { type Callee, sendJson, startCallee } from '../connectors/callee.ts';

export interface SigningKey {
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  readonly jwk: object;
}

export const makeKey = async (kid: string | undefined, algorithm = 'RS256'): Promise<SigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), use: 'sig', ...(kid === undefined ? {} : { kid }) };
  return { kid, privateKey, jwk };
};

export interface Transmitter {
  readonly jwksUrl: string;
  /** what it publishes; tests change it */
  keys: SigningKey[];
  /** how often its keys were fetched */
  readonly fetches: () => number;
  readonly close: () => Promise<void>;
}

export const startTransmitter = async (...keys: SigningKey[]): Promise<Transmitter> => {
  const server: Callee = await startCallee((_, response) =>
    sendJson(response, 200, { keys: transmitter.keys.map(({ jwk }) => jwk) }),
  );
  const transmitter: Transmitter = {
    jwksUrl: `${server.url}/keys`,
    keys,
    fetches: () => server.received.length,
    close: server.close,
  };
  return transmitter;
};

export const signed = (
  claims: JWTPayload,
  key: SigningKey,
  { typ = 'secevent+jwt', alg = 'RS256' }: { readonly typ?: string; readonly alg?: string } = {},
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg, typ, ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .sign(key.privateKey);

/** The wiring's part: it really fetches. */
export const ports: SourcePorts = {
  fetchJson: async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return (await response.json()) as Json;
  },
  evaluate: () => undefined,
};

/** Ports whose answers are listed: each fetch takes the next one, the last stays. */
export const answering = (
  ...answers: readonly (() => Promise<Json> | Json)[]
): SourcePorts & { readonly count: () => number } => {
  let count = 0;
  return {
    ...ports,
    count: () => count,
    fetchJson: async () => {
      const answer = answers[Math.min(count, answers.length - 1)];
      count += 1;
      return (await answer?.()) ?? null;
    },
  };
};
