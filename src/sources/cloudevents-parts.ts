/**
 * Takes posts of CloudEvents 1.0 apart, in their three modes: attributes in headers (binary), one JSON text with
 * everything (structured), or an array of those (batched). The content type tells which.
 */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { attributeText } from './cloudevents-header.ts';
import { fromBase64, textOf } from './encoded-bytes.ts';
import { isDeeperThan } from './json-parts.ts';
import type { Post } from './kind.ts';
import { DEEPEST, type Part, split, type Split } from './split.ts';

const refuse = (reason: 'malformed' | 'unsupported', message: string): Split => ({
  ok: false,
  reason,
  message,
});

/** Parameters have no say here; UTF-8 is what JSON is in. */
const mediaOf = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

const isJson = (media: string): boolean => media === '' || /^[^/]+\/(.+\+)?json$/.test(media);

const base64Of = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

const REQUIRED = ['id', 'source', 'type'] as const;

/** What is wrong with the attributes that every event must have. */
const attributeFault = ({ specversion, ...attributes }: JsonObject): string | undefined => {
  if (typeof specversion !== 'string' || !/^1\.\d+$/.test(specversion)) {
    return `Its specversion is ${JSON.stringify(specversion ?? null)}; "1.0" is taken.`;
  }
  const missing = REQUIRED.find((name) => typeof attributes[name] !== 'string' || attributes[name] === '');
  return missing === undefined ? undefined : `It has no ${missing}.`;
};

type Read = { readonly data: Json } | { readonly fault: string };

const parse = (text: string): Read => {
  try {
    const data: Json = JSON.parse(text);
    return isDeeperThan(text, DEEPEST) ? { fault: `It is nested deeper than ${DEEPEST} levels.` } : { data };
  } catch {
    return { fault: 'Its data are no JSON, though its content type says so.' };
  }
};

/** Data sent as bytes: JSON where they are said to be, else text, else base64. */
const readBytes = (bytes: Uint8Array, media: string): Read => {
  const text = textOf(bytes);
  if (text === undefined) {
    return isJson(media) ? { fault: 'Its data are no UTF-8.' } : { data: base64Of(bytes) };
  }
  if (text === '') return { data: null };
  return isJson(media) ? parse(text) : { data: text };
};

const dataOf = (event: JsonObject): Read => {
  const { data = null, data_base64: base64, datacontenttype: type } = event;
  if (base64 === undefined || base64 === null) return { data };
  const bytes = typeof base64 === 'string' ? fromBase64(base64) : undefined;
  if (bytes === undefined) return { fault: 'Its data_base64 is no base64.' };
  return readBytes(bytes, typeof type === 'string' ? mediaOf(type) : '');
};

/** In JSON text: `data` is a part of the event. */
const structuredPart = (part: Part): Part => {
  if (part.fault !== undefined || !isObject(part.value)) return part;
  const fault = attributeFault(part.value);
  const read = dataOf(part.value);
  if (fault !== undefined) return { ...part, fault };
  return 'fault' in read ? { ...part, fault: read.fault } : { ...part, data: read.data };
};

const attributesIn = (headers: Headers): JsonObject | undefined => {
  const attributes: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith('ce-')) continue;
    const text = attributeText(value);
    if (text === undefined) return undefined;
    attributes[name.slice('ce-'.length)] = text;
  }
  // The content type of the post is that of the data, whatever such a header says.
  const { datacontenttype: _ignored, ...others } = attributes;
  const type = headers.get('content-type');
  return type === null ? others : { ...others, datacontenttype: type };
};

const splitBinary = ({ headers, body }: Post): Split => {
  if (!headers.has('ce-specversion')) {
    const where = `the content type is "${headers.get('content-type') ?? ''}"`;
    return refuse('unsupported', `${where}, and without the header ce-specversion it is no CloudEvent`);
  }
  const value = attributesIn(headers);
  if (value === undefined) return refuse('malformed', 'a header is percent-encoded, but not UTF-8');
  const fault = attributeFault(value);
  if (fault !== undefined) return refuse('malformed', fault);
  const media = mediaOf(headers.get('content-type') ?? '');
  const read = readBytes(body, media);
  if ('fault' in read) return refuse('malformed', read.fault);
  const raw = textOf(body) ?? base64Of(body);
  // JSON is kept once: as it was sent.
  const isKeptAsRaw = raw !== '' && isJson(media);
  return { ok: true, parts: [isKeptAsRaw ? { raw, value } : { raw, value, data: read.data }] };
};

const STRUCTURED = 'application/cloudevents';
const BATCH = `${STRUCTURED}-batch`;

/** Events of a batch that nobody can use are parts with a fault; alone they are refused, for the sender can tell. */
export const cloudEventParts = (post: Post): Split => {
  const media = mediaOf(post.headers.get('content-type') ?? '');
  if (!media.startsWith(STRUCTURED)) return splitBinary(post);
  const isBatch = media.startsWith(BATCH);
  const format = media.slice((isBatch ? BATCH : STRUCTURED).length);
  if (format !== '' && format !== '+json')
    return refuse('unsupported', `the format ${media} is not taken, but JSON is`);
  const text = textOf(post.body);
  if (text === undefined) return refuse('malformed', 'the body is no UTF-8 text');
  const found = split(text, media, { shape: { as: isBatch ? 'list' : 'object' } });
  if (!found.ok) return found;
  const parts = found.parts.map(structuredPart);
  const [only] = parts;
  if (!isBatch && only?.fault !== undefined) return refuse('malformed', only.fault);
  return { ok: true, parts };
};
