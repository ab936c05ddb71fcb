import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, get, HELLO, migrate, putFlow, read, refusal } from './client.ts';

const FORM = HELLO.replace('kind: api, auth: public', 'kind: delegated, allow: ["group:desk"]');

beforeAll(async () => {
  await migrate();
  await putFlow('onboard', FORM);
  await putFlow('hello');
});

const Given = z.looseObject({ id: z.string(), who: z.string(), active: z.boolean(), by: z.string() });
const Page = z.looseObject({ items: z.array(Given) });

const give = (body: object, token?: string): Promise<Response> =>
  call('POST', '/api/v1/grants', {
    body: { flow: 'onboard', who: 'ana@example.com', reason: 'covers for Max', ...body },
    ...(token !== undefined && { token }),
  });

const idsOf = async (query: string): Promise<string[]> =>
  (await read(await get(`/api/v1/grants${query}`), Page)).items.map(({ id }) => id);

describe('a grant', () => {
  it('has its address, its reason, its end, and who gave it', async () => {
    const response = await give({ who: 'Ana@Example.com', until: '2099-01-01T00:00:00+01:00' });
    const grant = await read(response.clone(), Given);

    expect([response.status, response.headers.get('Location')]).toEqual([201, `/api/v1/grants/${grant.id}`]);
    expect(await read(await get(`/api/v1/grants/${grant.id}`), z.looseObject({}))).toMatchObject({
      who: 'ana@example.com',
      reason: 'covers for Max',
      until: '2098-12-31T23:00:00.000Z',
      by: 'first',
      active: true,
      endedAt: null,
    });
  });

  it('ends once, and stays in the list', async () => {
    const { id } = await read(await give({}), Given);

    const ends = [await call('DELETE', `/api/v1/grants/${id}`), await call('DELETE', `/api/v1/grants/${id}`)];

    expect(ends.map(({ status }) => status)).toEqual([204, 204]);
    expect(await read(await get(`/api/v1/grants/${id}`), z.looseObject({}))).toMatchObject({
      active: false,
      endedBy: 'first',
    });
    expect([(await idsOf('')).includes(id), (await idsOf('?active=true')).includes(id)]).toEqual([
      true,
      false,
    ]);
  });

  it('is found by flow and by whom it is for, newest first, page by page', async () => {
    const first = await read(await give({ who: 'group:Leads' }), Given);
    const second = await read(await give({ who: 'group:Leads' }), Given);

    expect(new Set(await idsOf('?flow=onboard&who=group:Leads'))).toEqual(new Set([first.id, second.id]));
    const page = await read(
      await get('/api/v1/grants?who=group:Leads&limit=1'),
      z.looseObject({ items: z.array(Given), next: z.string() }),
    );
    const rest = await idsOf(`?who=group:Leads&limit=1&cursor=${page.next}`);
    expect(new Set([page.items[0]?.id, ...rest])).toEqual(new Set([first.id, second.id]));
  });

  it.each([
    ['nobody', { who: 'ana' }, 'invalid_input'],
    ['no reason', { reason: ' ' }, 'invalid_input'],
    ['a time that has passed', { until: '2020-01-01T00:00:00Z' }, 'invalid_input'],
    ['a flow that does not exist', { flow: 'nothing' }, 'not_found'],
    ['a flow without a form', { flow: 'hello' }, 'conflict'],
    ['somebody by two names', { whom: 'b@example.com' }, 'invalid_input'],
  ])('is not given for %s', async (_, body, code) => {
    expect((await refusal(await give(body))).code).toBe(code);
  });

  it('is read by auditors and given by nobody but administrators', async () => {
    const made = await call('POST', '/api/v1/tokens', { body: { name: 'test', role: 'auditor' } });
    const { token } = await read(made, z.looseObject({ token: z.string() }));

    expect((await get('/api/v1/grants', { token })).status).toBe(200);
    expect((await refusal(await give({}, token))).code).toBe('forbidden');
  });
});
