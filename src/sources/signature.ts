/**
 * Signatures over a template: the one engine for everybody who signs a body with a shared secret, or with Ed25519. What is
 * signed are the bytes that came; nothing is parsed before.
 */
import { DECODERS } from './encoded-bytes.ts';
import type { Arrival, Post } from './kind.ts';
import {
  type Prove,
  type Proven,
  type SignatureAlgorithm,
  type Signed,
  type SignatureProof,
  unproven,
} from './proof.ts';
import { signingKey, verifySignature } from './signing-key.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** While secrets are exchanged there are two or three; a header full of them is an attack on our time. */
const MOST_SIGNATURES = 10;
const LONGEST_HEADER = 4_096;

/** Of another length WebCrypto says no, or throws: in workerd an Ed25519 signature does. */
const SIGNATURE_BYTES = {
  'hmac-sha256': 32,
  'hmac-sha1': 20,
  'hmac-sha512': 64,
  ed25519: 64,
} as const satisfies Record<SignatureAlgorithm, number>;

const pairsOf = (header: string): readonly (readonly [string, string])[] =>
  header.split(',').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? ['', part] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });

/** The signatures in a header that are of this version. */
const signaturesIn = (
  header: string,
  { algorithm, layout, prefix, encoding }: SignatureProof,
): readonly Bytes[] => {
  const written =
    layout === 'pairs'
      ? pairsOf(header).flatMap(([name, value]) => (name === prefix ? [value] : []))
      : header
          .split(/\s+/)
          .flatMap((part) => (part !== '' && part.startsWith(prefix) ? [part.slice(prefix.length)] : []));
  return written
    .slice(0, MOST_SIGNATURES)
    .flatMap((text) => DECODERS[encoding](text) ?? [])
    .filter((bytes) => bytes.byteLength === SIGNATURE_BYTES[algorithm]);
};

const timestampIn = (time: NonNullable<SignatureProof['time']>, header: string, post: Post): string | null =>
  'header' in time.in
    ? post.headers.get(time.in.header)
    : (pairsOf(header).find(([name]) => 'pair' in time.in && name === time.in.pair)?.[1] ?? null);

const UNIT_MS = { s: 1_000, ms: 1 } as const;

/** Why a time of signing is not accepted; undefined when it is. */
const staleness = (
  timestamp: string | null,
  { unit, toleranceMs }: NonNullable<SignatureProof['time']>,
  now: number,
): Proven | undefined => {
  if (timestamp === null) return unproven('no_signature', 'the time of signing is missing');
  if (!/^\d{1,15}$/.test(timestamp)) return unproven('bad_signature', 'the time of signing is no number');
  const away = now - Number(timestamp) * UNIT_MS[unit];
  if (Math.abs(away) <= toleranceMs) return undefined;
  const seconds = Math.round(Math.abs(away) / 1_000);
  const where = away > 0 ? 'ago' : 'in the future; is a clock wrong?';
  return unproven('too_old', `it was signed ${seconds} s ${where}`);
};

const PLACEHOLDER = /\{(body|timestamp|id)\}/;

/** The template with its places filled in; the body goes in as the bytes that came. */
const signedBytes = (template: string, body: Bytes, words: { timestamp: string; id: string }): Bytes => {
  if (template === '{body}') return body;
  const text = new TextEncoder();
  const parts = template
    .split(PLACEHOLDER)
    .map((part, at) =>
      at % 2 === 0
        ? text.encode(part)
        : part === 'body'
          ? body
          : text.encode(part === 'id' ? words.id : words.timestamp),
    );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
};

/** With the character in it that ends the id in the template, other parts could be passed off as those signed. */
const isAmbiguous = ({ signed }: SignatureProof, id: string): boolean => {
  const end = /\{id\}([^{])/.exec(signed)?.[1];
  return end !== undefined && id.includes(end);
};

interface Claim {
  readonly signatures: readonly Bytes[];
  readonly message: Bytes;
  readonly signed: Signed;
}

/** What can be relied on once the signature is verified: only what the template has. */
const signedIn = ({ signed, time }: SignatureProof, timestamp: string | null, id: string): Signed => ({
  ...(signed.includes('{id}') ? { id } : {}),
  ...(time !== undefined && signed.includes('{timestamp}')
    ? { time: Number(timestamp) * UNIT_MS[time.unit] }
    : {}),
});

/** Reads what is to be verified, or says why there is nothing. */
const claimIn = (proof: SignatureProof, post: Post): Claim | Proven => {
  const header = post.headers.get(proof.header);
  if (header === null || header === '') return unproven('no_signature', `there is no header ${proof.header}`);
  if (header.length > LONGEST_HEADER) return unproven('bad_signature', `header ${proof.header} is too long`);
  const id = proof.idHeader === undefined ? '' : post.headers.get(proof.idHeader);
  if (id === null || (id === '' && proof.idHeader !== undefined)) {
    return unproven('no_signature', `there is no header ${proof.idHeader ?? ''}`);
  }
  if (isAmbiguous(proof, id)) return unproven('bad_signature', `the id in header ${proof.idHeader} is none`);
  const timestamp = proof.time === undefined ? '' : timestampIn(proof.time, header, post);
  const stale = proof.time === undefined ? undefined : staleness(timestamp, proof.time, post.now);
  if (stale !== undefined) return stale;
  const signatures = signaturesIn(header, proof);
  if (signatures.length === 0) {
    const form = `${proof.prefix === '' ? '' : `"${proof.prefix}" and `}${proof.encoding}`;
    return unproven('bad_signature', `header ${proof.header} has no signature of the form ${form}`);
  }
  const message = signedBytes(proof.signed, post.body, { timestamp: timestamp ?? '', id });
  return { signatures, message, signed: signedIn(proof, timestamp, id) };
};

const isGenuine = async (
  proof: SignatureProof,
  { source }: Arrival,
  { signatures, message }: Claim,
): Promise<boolean> => {
  for (const secret of source.secrets) {
    const key = await signingKey(secret, proof);
    if (key === undefined) continue;
    for (const signature of signatures) {
      if (await verifySignature(proof.algorithm, key, { signature, message })) return true;
    }
  }
  return false;
};

export const proveSignature: Prove<SignatureProof> = async (proof, arrival) => {
  const claim = claimIn(proof, arrival.post);
  if ('ok' in claim) return claim;
  if (await isGenuine(proof, arrival, claim)) return { ok: true, signed: claim.signed };
  const remedy = 'another secret signed it, or the body was changed on its way';
  return unproven('bad_signature', `header ${proof.header} does not fit the body: ${remedy}`);
};
