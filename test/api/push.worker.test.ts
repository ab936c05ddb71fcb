import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { env } from 'cloudflare:workers';
import * as z from 'zod';
import { call, flowUrl, get, HELLO, migrate, putFlow, read, refusal, titled } from './client.ts';

beforeAll(migrate);
beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM flows'), env.DB.prepare('DELETE FROM flow_versions')]);
});

interface File {
  readonly name: string;
  readonly text: string;
}

const push = (files: readonly File[], how: object = {}): Promise<Response> =>
  call('POST', '/api/v1/flows/push', { body: { files, ...how } });

const Pushed = z.object({
  flows: z.array(z.object({ name: z.string(), outcome: z.string(), version: z.number() })),
});

const outcomes = async (response: Response): Promise<Record<string, string>> =>
  Object.fromEntries((await read(response, Pushed)).flows.map((flow) => [flow.name, flow.outcome]));

const a = { name: 'a', text: titled('A') };
const b = { name: 'b', text: titled('B') };

describe('a push', () => {
  it('says what happened to each flow', async () => {
    await push([a, b]);

    const response = await push([a, { name: 'b', text: titled('B2') }, { name: 'c', text: HELLO }]);

    expect(await outcomes(response)).toEqual({ a: 'unchanged', b: 'updated', c: 'created' });
  });

  it('saves nothing when one flow has errors, and names each with its place', async () => {
    const response = await push([a, { name: 'b', text: 'steps: [{ card: text.nothing }]' }]);

    const { code, errors } = await refusal(response);
    expect(code).toBe('invalid_flow');
    expect(errors?.every((error) => String(error.path).startsWith('b#'))).toBe(true);
    expect((await get(flowUrl('a'))).status).toBe(404);
  });

  it('saves nothing when one flow was last changed through the API', async () => {
    await putFlow('b', titled('By hand'));

    expect((await refusal(await push([a, b]))).code).toBe('conflict');
    expect((await get(flowUrl('a'))).status).toBe(404);
  });

  it('takes such flows over by force', async () => {
    await putFlow('b', titled('By hand'));

    expect(await outcomes(await push([a, b], { force: true }))).toEqual({ a: 'created', b: 'updated' });
  });

  it('archives flows whose file is gone only when asked, and never those of the API', async () => {
    await push([a, b]);
    await putFlow('mine');

    expect(await outcomes(await push([a]))).toEqual({ a: 'unchanged' });
    expect(await outcomes(await push([a], { prune: true }))).toEqual({ a: 'unchanged', b: 'archived' });
    expect(await outcomes(await push([a, b], { prune: true }))).toEqual({ a: 'unchanged', b: 'restored' });
  });

  it('can be tried without saving', async () => {
    expect(await outcomes(await push([a], { dryRun: true }))).toEqual({ a: 'created' });
    expect((await get(flowUrl('a'))).status).toBe(404);
  });

  it('refuses two files of one flow', async () => {
    expect((await refusal(await push([a, a]))).code).toBe('invalid_input');
  });

  it('saves 150 flows at once, which are more than D1 takes parameters', async () => {
    const files = Array.from({ length: 150 }, (_, at) => ({ name: `many/f${at}`, text: titled(`T${at}`) }));

    const { flows } = await read(await push(files), Pushed);

    expect(flows.filter(({ outcome }) => outcome === 'created')).toHaveLength(150);
  });

  it('may be larger than other requests', async () => {
    const files = Array.from({ length: 12 }, (_, at) => ({
      name: `large/f${at}`,
      text: `# ${'x'.repeat(200_000)}\n${HELLO}`,
    }));

    expect((await push(files)).status).toBe(200);
  });
});

describe('a check', () => {
  it('says what is wrong in each file and saves nothing', async () => {
    const files = [a, { name: 'b', text: 'steps: 7' }, { name: 'Bad Name', text: HELLO }];

    const response = await call('POST', '/api/v1/flows/check', { body: { files } });

    const { files: checked } = await read(
      response,
      z.object({ files: z.array(z.looseObject({ name: z.string(), ok: z.boolean() })) }),
    );
    expect(checked.map(({ name, ok }) => [name, ok])).toEqual([
      ['a', true],
      ['b', false],
      ['Bad Name', false],
    ]);
    expect((await get(flowUrl('a'))).status).toBe(404);
  });
});
