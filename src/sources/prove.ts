/** Whether a post comes from whom it says: the table of schemes, and the rule for kinds that accept several. */
import { proveJwt } from './jwt-proof.ts';
import type { Arrival } from './kind.ts';
import { type Proof, type Proven, unproven } from './proof.ts';
import { proveSignature } from './signature.ts';
import { proveBasic, proveHeader } from './static-secret.ts';

const proveOne = (proof: Proof, arrival: Arrival): Promise<Proven> | Proven => {
  switch (proof.scheme) {
    case 'none':
      return { ok: true };
    case 'header':
      return proveHeader(proof, arrival);
    case 'basic':
      return proveBasic(proof, arrival);
    case 'signature':
      return proveSignature(proof, arrival);
    case 'jwt':
      return proveJwt(proof, arrival);
  }
};

const needsSecret = ({ scheme }: Proof): boolean => scheme !== 'none' && scheme !== 'jwt';

/** An empty secret is none: every sender could sign with it. */
const usable = (secrets: readonly string[]): readonly string[] =>
  secrets.filter((secret) => secret.trim() !== '');

/** What is wrong with a proof is no matter of the body: a token that cannot be read proves nothing. */
const told = (proven: Proven): Proven =>
  !proven.ok && proven.reason === 'malformed' ? unproven('bad_signature', proven.message) : proven;

/** One proof of several suffices; of failed ones that counts which the sender attempted. */
export const prove = async (proofs: readonly Proof[], arrival: Arrival): Promise<Proven> => {
  const secrets = usable(arrival.source.secrets);
  const able = secrets.length > 0 ? proofs : proofs.filter((proof) => !needsSecret(proof));
  if (able.length === 0)
    return unproven('no_secret', 'the source has no secret that a post could be checked with');
  let failed: Proven | undefined;
  for (const proof of able) {
    const proven = await proveOne(proof, { ...arrival, source: { ...arrival.source, secrets } });
    if (proven.ok) return proven;
    if (failed === undefined || (!failed.ok && failed.reason === 'no_signature')) failed = proven;
  }
  return told(failed ?? unproven('no_signature', 'nothing proves who sent it'));
};
