/** From the bytes of an answer's body to JSON. */
import { Buffer } from 'node:buffer';
import type { Json } from '../domain/json.ts';
import type { RequestInput } from './request-input.ts';

const isJson = (contentType: string): boolean => /^[^;]*[/+]json\s*(;|$)/i.test(contentType);

const decoder = (contentType: string): TextDecoder => {
  const label = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label);
  } catch {
    // A label that nobody knows: what most of the web means is the best guess.
    return new TextDecoder();
  }
};

/** Throws a `SyntaxError` when JSON is wanted and there is none. */
export const decode = (bytes: Uint8Array, contentType: string, how: RequestInput['response']): Json => {
  if (how === 'base64') return Buffer.from(bytes).toString('base64');
  const wantsJson = how === 'json' || (how === 'auto' && isJson(contentType));
  if (how !== 'text' && bytes.length === 0) return null;
  const text = wantsJson ? new TextDecoder().decode(bytes) : decoder(contentType).decode(bytes);
  if (!wantsJson) return text;
  const parsed: Json = JSON.parse(text);
  return parsed;
};

/** As JSON where it is some, else as text: of a failure, everything is worth seeing. */
export const decodeAny = (bytes: Uint8Array, contentType: string): Json => {
  try {
    return decode(bytes, contentType, 'auto');
  } catch {
    return decode(bytes, contentType, 'text');
  }
};
