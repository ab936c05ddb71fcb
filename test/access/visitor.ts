/** Somebody with a browser: keeps cookies, follows nothing by itself, and tells what was answered. */
import { env } from 'cloudflare:workers';
import { createApp } from '../../src/app.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { developmentDoor } from '../../src/web/development-sign-in.ts';
import { CLIENT, ISSUER } from './false-provider.ts';
import type { FalseProvider } from './false-provider.ts';

export const HERE = 'https://sluice.test';

export const ROLES = {
  administrator: ['admins'],
  operator: ['operators'],
  author: ['authors'],
  auditor: ['auditors'],
} as const;

export const settings = (more: Partial<Bindings> = {}): Bindings => ({
  // The bindings of the tests are those of the Worker: wrangler.toml makes both.
  ...(env as unknown as Bindings),
  SLUICE_OIDC_ISSUER: ISSUER,
  SLUICE_OIDC_CLIENT_ID: CLIENT,
  SLUICE_OIDC_CLIENT_SECRET: 'secret',
  SLUICE_ROLES: JSON.stringify(ROLES),
  ...more,
});

export interface Visitor {
  readonly cookies: Map<string, string>;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (path: string, body: BodyInit, headers?: Record<string, string>) => Promise<Response>;
  readonly send: (path: string, init: RequestInit) => Promise<Response>;
}

export interface World {
  readonly reach?: FalseProvider['reach'];
  readonly bindings?: Bindings;
  readonly development?: boolean;
  readonly origin?: string;
}

const dryRun = () => Promise.reject(new Error('not here'));

export const visitor = ({
  reach,
  bindings = settings(),
  development = false,
  origin = HERE,
}: World): Visitor => {
  const more = { ...(reach && { reach }), ...(development && { development: developmentDoor }) };
  const app = createApp({ cards: new Map(), version: '0', dryRun, ...more });
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const kept = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (kept !== '') headers.set('Cookie', kept);
    const response = await app.request(new URL(path, origin).href, { ...init, headers }, bindings);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  return {
    cookies,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) => send(path, { method: 'POST', body, headers }),
  };
};

export const locationOf = (response: Response): URL => new URL(response.headers.get('Location') ?? '', HERE);

/** Through the provider and back; the answer to coming back. */
export const signIn = async (
  person: Visitor,
  provider: FalseProvider,
  path = '/sign-in',
): Promise<Response> => {
  const there = locationOf(await person.get(path));
  const back = provider.consent(there);
  return person.get(back.pathname + back.search);
};

export const form = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields);
