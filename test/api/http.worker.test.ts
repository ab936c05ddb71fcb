import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { cards } from '../../src/cards.ts';
import { ADMIN, call, flowUrl, get, migrate, refusal } from './client.ts';

beforeAll(migrate);

const MB = 1024 * 1024;

/** A body whose length nobody has announced. */
const stream = (bytes: number): ReadableStream<Uint8Array> => {
  let left = bytes;
  return new ReadableStream({
    pull: (controller) => {
      const size = Math.min(left, 64 * 1024);
      if (size === 0) return controller.close();
      left -= size;
      controller.enqueue(new Uint8Array(size).fill(0x20));
    },
  });
};

describe('every answer', () => {
  it.each(['/health', '/nothing', '/api/v1/flows', '/docs/cards', '/problems/stale'])(
    'of %s carries a request id of its own, and no sniffing',
    async (path) => {
      const [first, second] = [await get(path), await get(path)];

      expect(first.headers.get('X-Request-Id')).toMatch(/^req_[0-9a-z]{26}$/);
      expect(first.headers.get('X-Request-Id')).not.toBe(second.headers.get('X-Request-Id'));
      expect(first.headers.get('X-Content-Type-Options')).toBe('nosniff');
    },
  );

  it('of the API is kept by nobody', async () => {
    expect((await get('/api/v1/flows')).headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('a request', () => {
  it('to an unknown address is not found', async () => {
    expect((await refusal(await get('/nothing/here'))).code).toBe('not_found');
  });

  it.each([
    ['PATCH', '/api/v1/flows/hello', 'GET, PUT, DELETE, HEAD'],
    ['DELETE', '/api/v1/runs', 'GET, POST, HEAD'],
    ['DELETE', '/api/v1/flows/hello/runs', 'POST'],
  ])('by %s to %s is told what is allowed', async (method, path, allowed) => {
    const response = await call(method, path);

    expect([response.status, response.headers.get('Allow')]).toEqual([405, allowed]);
  });

  it('may look at the head only', async () => {
    const response = await call('HEAD', '/api/v1/flows');

    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each([
    ['announced', ' '.repeat(3 * MB)],
    ['not announced', stream(3 * MB)],
  ])('of 3 MB, its length %s, is too large', async (_, text) => {
    const response = await call('PUT', flowUrl('large'), { text, type: 'application/yaml' });

    expect((await refusal(response)).code).toBe('too_large');
  });

  it('just under the cap gets through', async () => {
    const response = await call('PUT', flowUrl('large'), {
      text: stream(2 * MB - 1),
      type: 'application/yaml',
    });

    expect((await refusal(response)).code).toBe('invalid_flow');
  });

  it.each([
    ['that is not JSON', '{', 'application/json', 'malformed'],
    ['nested 200 deep', '['.repeat(200) + ']'.repeat(200), 'application/json', 'malformed'],
    ['of another type', 'a=b', 'application/x-www-form-urlencoded', 'unsupported_media_type'],
    ['that is a list', '[]', 'application/json', 'invalid_input'],
    [
      'with a member called __proto__',
      '{"name":"a","role":"author","__proto__":{"x":1}}',
      'application/json',
      'invalid_input',
    ],
  ])('with a body %s is refused', async (_, text, type, code) => {
    expect((await refusal(await call('POST', '/api/v1/tokens', { text, type }))).code).toBe(code);
  });

  it('with bytes that are no UTF-8 is malformed', async () => {
    const text = new Uint8Array([0x7b, 0xff, 0x7d]);

    expect((await refusal(await call('POST', '/api/v1/tokens', { text }))).code).toBe('malformed');
  });

  it('with unknown members hears of each, and of a near match', async () => {
    const { errors } = await refusal(
      await call('POST', '/api/v1/tokens', { body: { nam: 'x', rolle: 'author' } }),
    );

    const messages = errors?.map(({ message }) => message);
    expect(messages).toContain('"nam" is not known here; did you mean "name"?');
    expect(messages).toContain('"rolle" is not known here; did you mean "role"?');
  });
});

describe('the document of the API', () => {
  it('is for those who have a token', async () => {
    expect((await get('/api/v1/openapi.json')).status).toBe(200);
    expect((await get('/api/v1/openapi.json', { token: null })).status).toBe(401);
  });
});

describe('pages', () => {
  it('let no script in', async () => {
    const response = await get('/docs/cards', { token: null });
    const html = await response.text();

    expect(response.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(html).not.toMatch(/<script|<style|\son\w+=/i);
  });

  it('show every card', async () => {
    const html = await (await get('/docs/cards', { token: null })).text();

    expect([...cards.keys()].filter((id) => !html.includes(`<article id="${id}">`))).toEqual([]);
  });

  it('explain each problem, to people and to programs', async () => {
    const asJson = await get('/problems/stale', { token: null });
    const asHtml = await get('/problems/stale', { token: null, headers: { Accept: 'text/html' } });

    expect(await asJson.json()).toMatchObject({ code: 'stale', status: 412, remedy: expect.any(String) });
    expect(await asHtml.text()).toContain('<h1>Changed meanwhile</h1>');
    expect((await get('/problems/nonsense')).status).toBe(404);
  });

  it('give editors the schema of flow files', async () => {
    const response = await get('/schema/flow.json', { token: null });

    expect(response.headers.get('Content-Type')).toBe('application/schema+json');
    expect(await response.json()).toMatchObject({ title: 'A flow of Sluice' });
  });
});

describe('while the database is silent', () => {
  /** Rejects as D1 does when its object is gone. */
  const silent = new Proxy(env.DB, {
    get: () => () => {
      throw new Error('D1_ERROR: Network connection lost.');
    },
  });
  const app = createApp({ cards, version: '0', dryRun: () => Promise.reject(new Error('not here')) });
  const ask = (path: string, token: string): Promise<Response> =>
    Promise.resolve(
      app.fetch(
        new Request(`https://sluice.test${path}`, { headers: { Authorization: `Bearer ${token}` } }),
        {
          ...env,
          DB: silent,
        },
      ),
    );

  it('callers are asked to come again', async () => {
    const response = await ask('/api/v1/flows', ADMIN);

    expect(response.headers.get('Retry-After')).toBe('2');
    expect((await refusal(response)).code).toBe('unavailable');
  });

  it('a token that is not known here is not taken for a wrong one', async () => {
    const response = await ask('/api/v1/cards', 'slu_abcdefgh_0123456789012345678901234567890123456789012');

    expect(response.status).toBe(503);
  });

  it('what needs no database works', async () => {
    expect((await ask('/api/v1/cards', ADMIN)).status).toBe(200);
    expect((await exports.default.fetch(new Request('https://sluice.test/health'))).status).toBe(200);
  });
});
