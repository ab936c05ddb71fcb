/** Reads the body of a POST: a JSON object or a form. */
import type { JsonObject } from '../../domain/json.ts';
import { refuse, type Refusal } from '../../domain/problem.ts';
import { decode, parseObject } from '../text-body.ts';
import { grouped, isDecodable } from './grouped.ts';

export interface Body {
  readonly ok: true;
  readonly given: JsonObject;
  /** `text`: a form, whose texts are turned into the declared types */
  readonly from: 'json' | 'text';
  /** as it was sent */
  readonly raw: string;
}

const EMPTY: Body = { ok: true, given: {}, from: 'json', raw: '' };

const malformed = (detail: string): Refusal => refuse('malformed', detail);

const readJson = (raw: string): Body | Refusal => {
  const parsed = parseObject(raw, 'the inputs of the flow');
  return parsed.ok ? { ok: true, given: parsed.value, from: 'json', raw } : parsed;
};

const readUrlencoded = (raw: string): Body | Refusal =>
  isDecodable(raw)
    ? { ok: true, given: grouped(new URLSearchParams(raw)), from: 'text', raw }
    : malformed('The form is not valid UTF-8.');

const readMultipart = async (bytes: Uint8Array, type: string): Promise<Body | Refusal> => {
  let pairs: [string, string | File][];
  try {
    pairs = [...(await new Response(bytes, { headers: { 'Content-Type': type } }).formData())];
  } catch {
    return malformed('The multipart form cannot be read: is the boundary the one of its Content-Type?');
  }
  const texts: [string, string][] = [];
  for (const [name, value] of pairs) {
    if (typeof value === 'string') texts.push([name, value]);
    else
      return refuse('invalid_input', `"${name}" is a file: a flow's inputs are texts, numbers and the like.`);
  }
  const raw = decode(bytes);
  return raw === undefined
    ? malformed('The form is not valid UTF-8.')
    : { ok: true, given: grouped(texts), from: 'text', raw };
};

const readAs = async (bytes: Uint8Array, type: string): Promise<Body | Refusal> => {
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  if (media === 'multipart/form-data') return readMultipart(bytes, type);

  const isForm = media === 'application/x-www-form-urlencoded';
  const isJson = media === 'application/json' || /^application\/[\w.-]+\+json$/.test(media);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (!(isForm || isJson) || !['utf-8', 'utf8', '"utf-8"', 'us-ascii', undefined].includes(charset)) {
    const sent = type === '' ? 'without Content-Type' : `as "${type}"`;
    return refuse('unsupported_media_type', `The body came ${sent}: send a JSON object or a form, in UTF-8.`);
  }
  const raw = decode(bytes);
  if (raw === undefined) return malformed('The body is not valid UTF-8.');
  return isJson ? readJson(raw) : readUrlencoded(raw);
};

/** Refuses `malformed`, `unsupported_media_type`, and `invalid_input` where it is no object. No body is `{}`. */
export const readBody = async (request: Request): Promise<Body | Refusal> => {
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.byteLength === 0 ? EMPTY : readAs(bytes, request.headers.get('Content-Type') ?? '');
};
