/** Made-up people before the delegated door, and the real lanes behind it. The sign-in is left out: test/access has it. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { HttpContext } from '../../../src/access/context.ts';
import { csrfOf } from '../../../src/access/csrf.ts';
import type { Person } from '../../../src/domain/person.ts';
import { delegatedDoor } from '../../../src/triggers/delegated/door.ts';

export const person = (name: string, groups: readonly string[] = []): Person => ({
  subject: `https://id.example.com|${name}`,
  name,
  email: `${name.toLowerCase()}@example.com`,
  groups,
  via: 'oidc',
});

export const STELLA = person('Stella', ['service-desk']);
export const MAX = person('Max', ['managers']);

export interface Visit {
  readonly get: (path: string) => Promise<Response>;
  /** fills in a form of that flow: what its page has hidden, and these; lists repeat a name */
  readonly send: (
    flow: string,
    filled: Readonly<Record<string, string | readonly string[]>>,
    hidden?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly post: (path: string, body: BodyInit, headers?: Record<string, string>) => Promise<Response>;
}

const HOST = 'https://sluice.example';

const hiddenOf = (html: string): [string, string][] =>
  [...html.matchAll(/<input type="hidden" name="(_\w+)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  );

/** @param bindings what is different from the usual installation */
export const visit = (who: Person, bindings: object = {}): Visit => {
  const enter = createMiddleware<HttpContext>(async (c, next) => {
    c.set('person', who);
    c.set('csrf', await csrfOf(c.env, `session of ${who.subject}`));
    await next();
  });
  const app = new Hono<HttpContext>();
  app.use(async (c, next) => {
    c.set('requestId', 'req_test');
    c.set('cards', new Map());
    await next();
  });
  app.route('/', delegatedDoor(enter));
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const context = createExecutionContext();
    const response = await app.request(HOST + path, init, { ...env, ...bindings }, context);
    await waitOnExecutionContext(context);
    return response;
  };
  const post: Visit['post'] = (path, body, headers = {}) =>
    ask(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  return {
    get: ask,
    post,
    send: async (flow, filled, hidden) => {
      const form = hidden ?? Object.fromEntries(hiddenOf(await (await ask(`/delegated/${flow}`)).text()));
      const body = new URLSearchParams(form);
      for (const [name, value] of Object.entries(filled)) {
        for (const one of [value].flat()) body.append(name, one);
      }
      return post(`/delegated/${flow}`, body.toString());
    },
  };
};

/** The page of the run that a form has started, once it is over. */
export const resultOf = async (who: Visit, started: Response): Promise<string> => {
  const address = started.headers.get('Location') ?? '';
  for (let tries = 0; tries < 20; tries++) {
    const response = await who.get(address);
    if (!response.headers.has('Refresh')) return response.text();
  }
  throw new Error(`${address} does not come to its end.`);
};

/** What the history holds of a run. */
export const storedRun = async (started: Response): Promise<{ caller: unknown; detail: unknown }> => {
  const id = started.headers.get('Location')?.split('/').at(-1);
  for (let tries = 0; tries < 200; tries++) {
    const row = await env.DB.prepare(
      "SELECT caller, json_extract(detail, '$.detail') AS detail FROM runs WHERE id = ?",
    )
      .bind(id)
      .first<{
        caller: string;
        detail: string;
      }>();
    if (row) return { caller: JSON.parse(row.caller), detail: JSON.parse(row.detail) };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`The history does not get run ${id}.`);
};
