/** Reads a request's query and body against their schemas; what does not fit is refused with every place at once. */
import type * as z from 'zod';
import { isObject } from '../domain/json.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { fit } from './issue-items.ts';

const MAX_DEPTH = 100;

export type Read<T> = { readonly ok: true; readonly value: T } | Refusal;

/** Refuses `invalid_input`, naming everything that does not fit. */
export const check = <T extends z.ZodType>(schema: T, value: unknown, what: string): Read<z.output<T>> => {
  const fitted = fit(schema, value, what);
  return fitted.ok ? fitted : refuse('invalid_input', `${what} does not fit.`, { errors: fitted.errors });
};

/** A name that comes once is a text, one that comes again a list of texts. */
export const queryOf = (url: string): Record<string, string | string[]> => {
  const search = new URL(url).searchParams;
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const [first = '', ...others] = search.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
};

const isTooDeep = (value: unknown, left = MAX_DEPTH): boolean => {
  if (left === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isTooDeep(item, left - 1));
  return isObject(value) && Object.values(value).some((item) => isTooDeep(item, left - 1));
};

/** Refuses bytes that are no UTF-8. */
export const readText = async (request: Request): Promise<Read<string>> => {
  const bytes = await request.arrayBuffer();
  try {
    // A byte order mark is part of the text: it is kept byte for byte.
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refuse('malformed', 'The body is not valid UTF-8.');
  }
};

/** The media type without its parameters, in lower case. */
export const mediaType = (request: Request): string =>
  (request.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const parse = (text: string): Read<unknown> => {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isTooDeep(value)
      ? refuse('malformed', `The JSON of the body is nested more than ${MAX_DEPTH} levels deep.`)
      : { ok: true, value };
  } catch (error) {
    return refuse(
      'malformed',
      `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
};

/** No body is an empty object. */
export const readJson = async (request: Request): Promise<Read<unknown>> => {
  const text = await readText(request);
  if (!text.ok) return text;
  if (text.value === '') return { ok: true, value: {} };
  const type = mediaType(request);
  if (type !== 'application/json' && !type.endsWith('+json')) {
    return refuse(
      'unsupported_media_type',
      `Send the body as application/json, not as ${type || 'nothing'}.`,
    );
  }
  return parse(text.value);
};
