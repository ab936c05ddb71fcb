/** From the input of a step to the request it means, credentials apart. */
import type { Connection } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import { setHeader } from './header.ts';
import type { RequestInput } from './request-input.ts';

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | null;
  /** the header that carries the credentials of a connection, in lower case */
  readonly signedBy: string | null;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;
const CONTROL = /\p{Cc}/u;
const DOTS = /(^|[\\/])(\.|%2e){2}([\\/]|$)/i;

type Pairs = NonNullable<RequestInput['query']>;

const encodePairs = (pairs: Pairs): URLSearchParams => {
  const encoded = new URLSearchParams();
  for (const [key, value] of Object.entries(pairs)) {
    // Array.isArray cannot narrow a readonly union, flat() takes both.
    for (const one of [value].flat()) if (one !== null) encoded.append(key, String(one));
  }
  return encoded;
};

const searchOf = (parts: readonly string[]): string =>
  parts
    .map((part) => part.replace(/^\?/, ''))
    .filter((part) => part !== '')
    .join('&');

const parse = (text: string, base: string | undefined): URL | null => {
  if (base === undefined || ABSOLUTE.test(text)) return URL.parse(text);
  const [root = '', search = ''] = base.replace(/#.*/, '').split('?');
  const path = text === '' || text.startsWith('?') ? text : `/${text.replace(/^\/+/, '')}`;
  const url = URL.parse(root.replace(/\/+$/, '') + path);
  if (url !== null) url.search = searchOf([search, url.search]);
  return url;
};

/** The address of a request; `baseUrl` is put before relative ones. Throws `invalid_url`. */
export const addressOf = (text: string, query: Pairs | undefined, connection?: Connection): URL => {
  const base = connection?.settings.baseUrl;
  const shown = JSON.stringify(text.slice(0, 200));
  if (CONTROL.test(text))
    throw new StepError('invalid_url', `${shown} has line breaks or control characters`);
  // Texts from outside often become part of an address: they must not climb out of their place in it.
  if (DOTS.test(text.replace(/[?#].*/, '')))
    throw new StepError('invalid_url', `${shown} has ".." in its path`);
  const url = parse(text, base);
  if (url === null) {
    const remedy =
      base === undefined ? 'give an absolute one, or a connection with a baseUrl' : 'check its parts';
    throw new StepError('invalid_url', `${shown} is no address: ${remedy}`);
  }
  // Not every server reads + as a blank, but all read %20.
  const added = query === undefined ? '' : encodePairs(query).toString().replaceAll('+', '%20');
  if (added !== '') url.search = searchOf([url.search, added]);
  url.hash = '';
  return url;
};

/** Whether the request goes to the system of the connection; elsewhere its credentials and promises do not count. */
export const isOfConnection = (url: string, connection: Connection): boolean => {
  const base = connection.settings.baseUrl;
  if (base === undefined || !ABSOLUTE.test(url)) return true;
  return URL.parse(url)?.origin === URL.parse(base)?.origin;
};

const bodyOf = (input: RequestInput): readonly [body: string | null, contentType: string | undefined] => {
  if (input.body !== undefined) return [JSON.stringify(input.body), 'application/json'];
  if (input.rawBody !== undefined) return [input.rawBody, 'text/plain;charset=UTF-8'];
  if (input.form !== undefined)
    return [encodePairs(input.form).toString(), 'application/x-www-form-urlencoded'];
  return [null, undefined];
};

/** Throws `invalid_url` and `invalid_header`. Without an effect key (dry runs) no `Idempotency-Key` is set. */
export const compose = (input: RequestInput, connection?: Connection, effectKey?: string): Outgoing => {
  const url = addressOf(input.url, input.query, connection);
  const [body, usualType] = bodyOf(input);
  // Some hosts (GitHub) refuse requests that do not say who sends them.
  const headers = new Headers({ 'User-Agent': 'Sluice' });
  const contentType = input.contentType ?? usualType;
  if (body !== null && contentType !== undefined) setHeader(headers, 'Content-Type', contentType);
  if (effectKey !== undefined && input.method !== 'GET' && input.method !== 'HEAD') {
    setHeader(headers, 'Idempotency-Key', effectKey);
  }
  for (const [name, value] of Object.entries(input.headers ?? {})) setHeader(headers, name, String(value));
  return { method: input.method, url, headers, body, signedBy: null };
};
