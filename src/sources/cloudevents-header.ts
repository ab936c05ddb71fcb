/**
 * Attributes of CloudEvents in HTTP headers (HTTP protocol binding 1.0.2, section 3.1.3): read leniently, for the
 * official JavaScript SDK encodes nothing, and refused where they can only be an attempt to hide something. Bytes that
 * are no UTF-8 have become U+FFFD before anybody here sees them: workerd reads headers so.
 */
import { textOf } from './encoded-bytes.ts';

const QUOTED = /^"((?:[^"\\]|\\.)*)"$/s;
const ESCAPED = /(?:%[0-9a-f]{2})+/gi;

const unquoted = (value: string): string => QUOTED.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value;

const bytesOf = (escaped: string): Uint8Array =>
  Uint8Array.from(escaped.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));

/**
 * The text of an attribute: quotes are taken off, then percent-encoding is decoded once. A per cent sign that encodes
 * nothing stays; undefined when what is encoded is no UTF-8, such as the overlong `%C0%A0`.
 */
export const attributeText = (header: string): string | undefined => {
  let isText = true;
  const text = unquoted(header).replaceAll(ESCAPED, (escaped) => {
    const decoded = textOf(bytesOf(escaped));
    if (decoded === undefined) isText = false;
    return decoded ?? '';
  });
  return isText ? text : undefined;
};
