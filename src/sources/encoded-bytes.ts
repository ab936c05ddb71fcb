/** Bytes written as text: undefined where a text is not what it should be, for it comes from outside. */

type Bytes = Uint8Array<ArrayBuffer>;

/** RFC 4648, section 4, with or without padding. */
export const fromBase64 = (text: string): Bytes | undefined => {
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(digits), (unit) => unit.charCodeAt(0));
};

export const fromHex = (text: string): Bytes | undefined => {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
};

export const DECODERS = { hex: fromHex, base64: fromBase64 } as const;

/** The text that the bytes are in UTF-8, less a byte order mark; undefined when they are not. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
};
