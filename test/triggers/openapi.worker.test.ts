import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { setStatus } from '../../src/storage/flows.ts';
import { openDoors, publish, setUp, tokenWith } from './doorway.ts';

const api = (auth: string) => `trigger: { kind: api, auth: ${auth} }\nsteps: [{ return: {} }]`;

beforeAll(async () => {
  await setUp();
  await publish({ open: api('public'), one: api('token'), two: api('token'), off: api('public') });
  await setStatus(env.DB, 'off', { status: 'disabled', at: Date.now() });
});

const endpointsFor = async (token?: string): Promise<string[]> => {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await openDoors().ask('/openapi.json', { headers });
  const { paths }: { paths: object } = await response.json();
  return Object.keys(paths).filter((path) => path.startsWith('/invoke/'));
};

describe('/openapi.json', () => {
  it('shows the public flows to everybody, and no disabled one', async () => {
    expect(await endpointsFor()).toEqual(['/invoke/open']);
  });

  it('shows a token the flows that it may call besides', async () => {
    expect(await endpointsFor(await tokenWith(['invoke:two']))).toEqual(['/invoke/open', '/invoke/two']);
    expect(await endpointsFor(await tokenWith(['runs:start']))).toEqual([
      '/invoke/one',
      '/invoke/open',
      '/invoke/two',
    ]);
  });

  it("refuses a token that is nobody's", async () => {
    const headers = { Authorization: `Bearer slu_00000000_${'A'.repeat(43)}` };

    expect((await openDoors().ask('/openapi.json', { headers })).status).toBe(401);
  });

  it('names the installation as it is known outside', async () => {
    const { ask } = openDoors({ settings: { SLUICE_PUBLIC_URL: 'https://flows.acme.example/' } });

    const { servers }: { servers: unknown } = await (await ask('/openapi.json')).json();

    expect(servers).toEqual([{ url: 'https://flows.acme.example' }]);
  });
});
