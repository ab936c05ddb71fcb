/** Texts and bytes, and the ways to write bytes as text. */
import { StepError } from '../../domain/errors.ts';
import type { BYTE_ENCODINGS } from './fields.ts';

export type ByteEncoding = (typeof BYTE_ENCODINGS)[number];

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Throws `not_text` for bytes that are no UTF-8. */
export const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StepError(
      'not_text',
      'The decoded bytes are no UTF-8 text: files and images cannot be used as text',
    );
  }
};

/** Few enough arguments for one call. */
const CHUNK = 8_192;

const toBase64 = (bytes: Uint8Array): string => {
  let units = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    units += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(units);
};

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const ENCODERS: Readonly<Record<ByteEncoding, (bytes: Uint8Array) => string>> = {
  hex: toHex,
  base64: toBase64,
  base64url: (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
};

export const encodeBytes = (bytes: Uint8Array, encoding: ByteEncoding): string => ENCODERS[encoding](bytes);

/** Base64 in either alphabet (RFC 4648, sections 4 and 5), with or without padding; blanks do not count. */
export const fromBase64 = (text: string): Uint8Array => {
  const digits = text
    .replace(/\s+/g, '')
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) {
    throw new StepError('invalid_base64', 'The text is no base64: it has other characters or a wrong length');
  }
  return Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0));
};

export const fromHex = (text: string): Uint8Array => {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) {
    throw new StepError('invalid_hex', 'The text is no hex: it takes pairs of the digits 0-9 and a-f');
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(at * 2, at * 2 + 2), 16),
  );
};
