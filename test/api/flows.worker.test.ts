import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, flowUrl, get, HELLO, migrate, putFlow, read, refusal, titled } from './client.ts';

beforeAll(migrate);

const Flow = z.looseObject({ name: z.string(), version: z.number(), status: z.string(), origin: z.string() });
const Versions = z.looseObject({ items: z.array(z.looseObject({ version: z.number() })) });
const Names = z.looseObject({
  items: z.array(z.looseObject({ name: z.string() })),
  next: z.string().nullable(),
});

const versionsOf = async (name: string): Promise<number[]> =>
  (await read(await get(flowUrl(name, '/versions')), Versions)).items.map(({ version }) => version);

describe('saving a flow', () => {
  it('answers 201 with its address the first time, 200 later', async () => {
    const first = await putFlow('hr/onboard');
    const second = await putFlow('hr/onboard', titled('Other'));

    expect([first.status, first.headers.get('Location')]).toEqual([201, '/api/v1/flows/hr%2Fonboard']);
    expect([second.status, second.headers.get('ETag')]).toEqual([200, '"2"']);
  });

  it('makes no new version of the same content', async () => {
    await putFlow('same');
    const again = await read(await putFlow('same'), Flow);

    expect(again.version).toBe(1);
    expect(await versionsOf('same')).toEqual([1]);
  });

  it('gives the text back byte for byte', async () => {
    const text = `\uFEFF# ä comment\r\n${HELLO}\n\n`;
    await putFlow('bytes', text);

    const response = await get(flowUrl('bytes'), { headers: { Accept: 'application/yaml' } });

    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new TextEncoder().encode(text));
  });

  it('takes JSON as well', async () => {
    const text = JSON.stringify({ trigger: { kind: 'manual' }, steps: [{ return: { a: 1 } }] });

    const saved = await read(
      await call('PUT', flowUrl('json'), { text }),
      z.looseObject({ format: z.string() }),
    );

    expect(saved.format).toBe('json');
  });

  it('refuses a text with errors, with line and column, and saves nothing', async () => {
    const response = await putFlow('broken', HELLO.replace('text.upperCase', 'text.uperCase'));

    const { code, errors } = await refusal(response);
    expect(code).toBe('invalid_flow');
    expect(errors?.[0]).toMatchObject({ line: 7, column: expect.any(Number), path: 'steps[0].card' });
    expect((await get(flowUrl('broken'))).status).toBe(404);
  });

  it.each([
    ['Upper', 'invalid_flow'],
    ['a/../b', 'invalid_flow'],
    ['x'.repeat(101), 'invalid_flow'],
  ])('refuses the name %s', async (name, code) => {
    expect((await refusal(await putFlow(name))).code).toBe(code);
  });

  it('lets one of two writers who meet make a version, and then the other', async () => {
    await putFlow('race');

    const both = await Promise.all([putFlow('race', titled('A')), putFlow('race', titled('B'))]);

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await versionsOf('race')).toEqual([3, 2, 1]);
  });
});

describe('a precondition', () => {
  it('lets a writer through who has read the newest version', async () => {
    await putFlow('if');

    const response = await putFlow('if', titled('Two'), { headers: { 'If-Match': '"1"' } });

    expect(response.headers.get('ETag')).toBe('"2"');
  });

  it.each([
    ['an older version', { 'If-Match': '"1"' }],
    ['nothing', { 'If-None-Match': '*' }],
  ])('stops a writer who has read %s', async (_, headers) => {
    await putFlow('stale');
    await putFlow('stale', titled('Two'));

    expect((await refusal(await putFlow('stale', titled('Three'), { headers }))).code).toBe('stale');
  });

  it('stops a writer who changes what is not there', async () => {
    const response = await putFlow('nowhere', HELLO, { headers: { 'If-Match': '*' } });

    expect(response.status).toBe(412);
  });
});

describe('the origin of a flow', () => {
  it('keeps files from writing over what the API wrote last', async () => {
    await putFlow('mine', titled('By the API'));

    const response = await putFlow('mine', titled('From a file'), { query: '?origin=files' });

    expect((await refusal(response)).code).toBe('conflict');
  });

  it('gives way to force', async () => {
    await putFlow('forced', titled('By the API'));

    const response = await putFlow('forced', titled('File'), { query: '?origin=files&force=true' });

    expect(await read(response, Flow)).toMatchObject({ origin: 'files', version: 2 });
  });

  it('may change where nothing is lost by it: the content is the same', async () => {
    await putFlow('agreed');

    const response = await putFlow('agreed', HELLO, { query: '?origin=files' });

    expect(await read(response, Flow)).toMatchObject({ origin: 'files', version: 1 });
  });
});

describe('an archived flow', () => {
  it('is gone for callers, and keeps its versions', async () => {
    await putFlow('old');
    await call('DELETE', flowUrl('old'));

    expect((await call('POST', '/invoke/old', { token: null, body: {} })).status).toBe(404);
    expect(await versionsOf('old')).toEqual([1]);
  });

  it('comes back enabled when its name is saved again, and its versions count on', async () => {
    await putFlow('phoenix');
    await call('DELETE', flowUrl('phoenix'));

    const back = await read(await putFlow('phoenix', titled('Again')), Flow);

    expect(back).toMatchObject({ status: 'enabled', version: 2 });
  });

  it('cannot be enabled', async () => {
    await putFlow('dead');
    await call('DELETE', flowUrl('dead'));

    expect((await refusal(await call('POST', flowUrl('dead', '/enable')))).code).toBe('conflict');
  });

  it('can be archived twice', async () => {
    await putFlow('twice');

    expect((await call('DELETE', flowUrl('twice'))).status).toBe(204);
    expect((await call('DELETE', flowUrl('twice'))).status).toBe(204);
  });
});

describe('a disabled flow', () => {
  it('stays disabled when it is saved', async () => {
    await putFlow('off');
    await call('POST', flowUrl('off', '/disable'));

    expect(await read(await putFlow('off', titled('New')), Flow)).toMatchObject({ status: 'disabled' });
  });

  it('works again once it is enabled', async () => {
    await putFlow('on');
    await call('POST', flowUrl('on', '/disable'));

    const response = await call('POST', flowUrl('on', '/enable'), { body: {} });

    expect(await read(response, Flow)).toMatchObject({ status: 'enabled' });
  });
});

describe('the list of flows', () => {
  it('goes by name, page by page', async () => {
    for (const name of ['zz/a', 'zz/b', 'zz/c']) await putFlow(name);

    const seen: string[] = [];
    let query = '?limit=2';
    for (let next: string | null = ''; next !== null; query = `?limit=2&cursor=${next}`) {
      const page: z.output<typeof Names> = await read(await get(`/api/v1/flows${query}`), Names);
      seen.push(...page.items.map(({ name }) => name));
      next = page.next;
    }

    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-3)).toEqual(['zz/a', 'zz/b', 'zz/c']);
  });

  it('can be narrowed to a status', async () => {
    await putFlow('narrow');
    await call('POST', flowUrl('narrow', '/disable'));

    const { items } = await read(await get('/api/v1/flows?status=disabled'), Names);

    expect(items.map(({ name }) => name)).toContain('narrow');
    expect(items.map(({ name }) => name)).not.toContain('hr/onboard');
  });

  it.each(['nonsense', 'cnVucyBydW5fMDE'])('refuses the cursor %s', async (cursor) => {
    expect((await refusal(await get(`/api/v1/flows?cursor=${cursor}`))).code).toBe('bad_cursor');
  });
});

describe('two versions', () => {
  it('are compared as a unified diff, the last two unless others are named', async () => {
    await putFlow('diffed', titled('One'));
    await putFlow('diffed', titled('Two'));

    const diff = await (await get(flowUrl('diffed', '/diff'))).text();

    expect(diff).toMatch(/^--- diffed@1\t.*\n\+\+\+ diffed@2\t/m);
    expect(diff).toContain('\n-title: One\n+title: Two\n');
    expect(await (await get(flowUrl('diffed', '/diff?from=2&to=2'))).text()).toBe('');
  });

  it('cannot be compared when one is missing', async () => {
    await putFlow('single');

    expect((await refusal(await get(flowUrl('single', '/diff?to=7')))).code).toBe('not_found');
  });

  it('can be read one by one', async () => {
    await putFlow('read', titled('One'));
    await putFlow('read', titled('Two'));

    const first = await get(flowUrl('read', '/versions/1'), { headers: { Accept: 'application/yaml' } });

    expect(await first.text()).toBe(titled('One'));
    expect((await get(flowUrl('read', '/versions/01'))).status).toBe(404);
  });
});
