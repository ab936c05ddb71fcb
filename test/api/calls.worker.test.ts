/** Flows that call others are checked against those when they are saved: in the same push, or stored. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { env } from 'cloudflare:workers';
import * as z from 'zod';
import { call, migrate, putFlow, read, refusal } from './client.ts';

beforeAll(migrate);
beforeEach(async () => {
  await env.DB.batch([env.DB.prepare('DELETE FROM flows'), env.DB.prepare('DELETE FROM flow_versions')]);
});

const push = (files: Readonly<Record<string, string>>, how: object = {}): Promise<Response> => {
  const named = Object.entries(files).map(([name, text]) => ({ name, text }));
  return call('POST', '/api/v1/flows/push', { body: { files: named, ...how } });
};

const greeter = `trigger: { kind: helper }
inputs: { name: { type: string } }
steps: [{ return: { text: "\${{ inputs.name }}" } }]`;
const caller = (name = 'greeter', given = '{ name: Ana }') =>
  `trigger: { kind: manual }\nsteps: [{ call: ${name}, with: ${given} }]`;

describe('a push of flows that call others', () => {
  it('takes a helper and its caller together, in any order', async () => {
    expect((await push({ main: caller(), greeter })).status).toBe(200);
  });

  it('knows what was stored before, and the versions of it', async () => {
    await push({ greeter });

    expect((await push({ main: caller(), other: caller('greeter@1') })).status).toBe(200);
  });

  it.each([
    ['nobody', caller('nobody'), 'unknown_flow'],
    ['a version that there never was', caller('greeter@7'), 'unknown_flow'],
    ['with inputs that it does not take', caller('greeter', '{ nam: Ana }'), 'input_unknown'],
  ])('saves nothing when one calls %s', async (_, main, code) => {
    await push({ greeter });

    const { errors } = await refusal(await push({ main, b: caller() }));

    expect(errors?.map((error) => [error.code, String(error.path).split('#')[0]])).toContainEqual([
      code,
      'main',
    ]);
    expect((await call('GET', '/api/v1/flows/b')).status).toBe(404);
  });

  it('saves nothing when it would archive what one of them calls', async () => {
    await push({ greeter });

    expect((await refusal(await push({ main: caller() }, { prune: true }))).code).toBe('invalid_flow');
  });

  it('may rely on a helper that is disabled, and not on one that is archived', async () => {
    await push({ greeter });
    await call('POST', '/api/v1/flows/greeter/disable');
    expect((await push({ main: caller() })).status).toBe(200);

    await call('DELETE', '/api/v1/flows/greeter');
    expect((await refusal(await push({ main: `${caller()}\n` }))).code).toBe('invalid_flow');
  });
});

describe('a flow that is saved alone', () => {
  it('is checked against what it calls', async () => {
    expect((await putFlow('main', caller())).status).toBe(422);
    await putFlow('greeter', greeter);

    expect((await putFlow('main', caller())).status).toBe(201);
  });
});

describe('a check of files', () => {
  it('says what is wrong with their calls, and warns of those without an end', async () => {
    const endless = 'trigger: { kind: helper }\nsteps: [{ call: endless }]';
    const files = [
      { name: 'main', text: caller('nobody') },
      { name: 'endless', text: endless },
    ];

    const response = await call('POST', '/api/v1/flows/check', { body: { files } });

    const Checked = z.object({
      files: z.array(z.object({ problems: z.array(z.object({ code: z.string() })) })),
    });
    const codes = (await read(response, Checked)).files.map(({ problems }) =>
      problems.map(({ code }) => code),
    );
    expect(codes).toEqual([['unknown_flow'], ['endless_calls']]);
  });
});
