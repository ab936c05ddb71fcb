/** Keeps the credentials of a connection out of what a step keeps of an answer. */
import { Buffer } from 'node:buffer';

/** The credentials that were sent, should the callee echo them, are not kept; shorter ones would hit by chance. */
export const redact = (text: string, credentials: readonly string[]): string =>
  credentials
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .filter((secret) => secret.length >= 6)
    .reduce((rest, secret) => rest.replaceAll(secret, '******'), text);

/** One byte a character, so that any encoding comes out as it went in. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export const redactBytes = (bytes: Uint8Array, credentials: readonly string[]): Uint8Array => {
  if (credentials.length === 0) return bytes;
  const text = latin1(bytes);
  const redacted = redact(
    text,
    credentials.map((secret) => latin1(Buffer.from(secret))),
  );
  return redacted === text ? bytes : Buffer.from(redacted, 'latin1');
};
