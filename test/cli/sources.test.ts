import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

const ask = (...line: string[]) => perform([...line, '--url', fake.url]);

const source = (given: object = {}) => ({
  name: 'okta-prod',
  kind: 'okta',
  status: 'active',
  note: null,
  address: 'https://sluice.example/events/okta-prod',
  createdAt: '2026-11-23T11:00:00.000Z',
  updatedAt: '2026-11-23T11:00:00.000Z',
  settings: { header: 'Authorization' },
  setup: 'Paste the address and the secret.',
  secrets: [{ id: 'abc', createdAt: '2026-11-23T11:00:00.000Z' }],
  refused: [],
  backfill: null,
  secret: null,
  ...given,
});

describe('sluice sources add', () => {
  it('prints the address, the secret once, and what to do at the sender', async () => {
    const json = source({ secret: 's3cret' });
    fake = await fakeSluice({ 'PUT /api/v1/sources/okta-prod': { status: 201, json } });

    const { exit, stdout, stderr } = await ask(
      'sources',
      'add',
      'okta',
      '--name',
      'okta-prod',
      '--note',
      'live',
    );

    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: 'Address: https://sluice.example/events/okta-prod\nSecret:  s3cret',
    });
    expect(stderr).toContain('Paste the address and the secret.');
    expect(fake.asked[0]?.body).toEqual({ kind: 'okta', settings: {}, note: 'live' });
  });

  it('says of a source that exists what became of it', async () => {
    const json = source({ updatedAt: '2026-11-23T12:00:00.000Z' });
    fake = await fakeSluice({ 'PUT /api/v1/sources/okta-prod': { json } });

    const { stdout, stderr } = await ask('sources', 'add', 'okta', '--name', 'okta-prod');

    expect(stdout).not.toContain('Secret');
    expect(stderr).toContain('Source okta-prod is changed');
    expect(stderr).toContain('Its secret is as before');
  });

  it('is named after its kind unless it is told a name', async () => {
    fake = await fakeSluice({ 'PUT /api/v1/sources/okta': { json: source({ name: 'okta' }) } });

    expect((await ask('sources', 'add', 'okta')).exit).toBe(0);
  });

  it('takes settings as JSON or text, dots leading into objects', async () => {
    fake = await fakeSluice({ 'PUT /api/v1/sources/okta': { json: source() } });

    const settings = [
      'header=X-Secret',
      'ownActors=["00T1"]',
      'backfill.connection=okta',
      'backfill.filter=type eq "a b"',
    ];
    await ask('sources', 'add', 'okta', ...settings.flatMap((one) => ['--set', one]));

    expect(fake.asked[0]?.body).toEqual({
      kind: 'okta',
      settings: {
        header: 'X-Secret',
        ownActors: ['00T1'],
        backfill: { connection: 'okta', filter: 'type eq "a b"' },
      },
    });
  });

  it('reads the secret of a sender that makes it from standard input', async () => {
    fake = await fakeSluice({ 'PUT /api/v1/sources/stripe': { json: source({ name: 'stripe' }) } });

    const { stdout, stderr } = await perform(
      ['sources', 'add', 'stripe', '--secret', '-', '--url', fake.url],
      {
        input: 'whsec_1\n',
      },
    );

    expect(fake.asked[0]?.body).toMatchObject({ secret: 'whsec_1' });
    expect(stdout + stderr).not.toContain('whsec_1');
  });

  it.each([[['--set', 'header']], [['--set', 'a=1', '--set', 'a.b=2']], [['--name', '']]])(
    '%j is a mistake',
    async (flags) => {
      fake = await fakeSluice({});

      expect((await ask('sources', 'add', 'okta', ...flags)).exit).toBe(2);
    },
  );
});

describe('the secrets of a source', () => {
  it('rotate: the new one is shown, and how the old one is retired', async () => {
    const secrets = ['old', 'new'].map((id) => ({ id, createdAt: '2026-11-23T11:00:00.000Z' }));
    fake = await fakeSluice({
      'POST /api/v1/sources/okta-prod/rotate': { json: source({ secret: 'n3w', secrets }) },
      'DELETE /api/v1/sources/okta-prod/secrets/old': { status: 204 },
    });

    const { stdout, stderr } = await ask('sources', 'rotate', 'okta-prod');

    expect(stdout).toContain('Secret:  n3w');
    expect(stderr).toContain('sluice sources retire okta-prod old');
    expect((await ask('sources', 'retire', 'okta-prod', 'old')).exit).toBe(0);
  });
});

describe('sources, looked at', () => {
  it('are listed with their address and state', async () => {
    const items = [source({ status: 'paused', note: 'moving' })];
    fake = await fakeSluice({ 'GET /api/v1/sources': { json: { items, next: null } } });

    expect((await ask('sources', 'list')).stdout).toMatch(
      /okta-prod +okta +paused +https:\/\/sluice\.example\/events\/okta-prod +moving/,
    );
  });

  it('show the posts they turned away and why their log cannot be read', async () => {
    const json = source({
      refused: [
        {
          hour: '2026-11-23T11:00:00.000Z',
          reason: 'bad_signature',
          count: 12,
          sample: 'the header differs',
        },
      ],
      backfill: { state: 'failing', until: null, trouble: 'The System Log answered 401' },
    });
    fake = await fakeSluice({ 'GET /api/v1/sources/okta-prod': { json } });

    const { stdout } = await ask('sources', 'show', 'okta-prod');

    expect(stdout).toContain('12 × bad_signature: the header differs');
    expect(stdout).toContain('backfill  failing: The System Log answered 401');
  });

  it('have kinds, each with its settings', async () => {
    const kind = (name: string) => ({
      kind: name,
      title: `The ${name}`,
      doc: 'Events.',
      setup: 'Paste it.',
      settings: {
        properties: {
          header: { type: 'string', default: 'Authorization', description: 'the header' },
          mode: { enum: ['a', 'b'] },
          auth: {
            oneOf: [
              { type: 'object', properties: { scheme: { const: 'none' } }, required: ['scheme'] },
              {
                type: 'object',
                properties: { scheme: { const: 'basic' }, user: { type: 'string' } },
                required: ['scheme'],
              },
            ],
          },
        },
        required: [],
      },
    });
    const items = [kind('okta'), kind('github')];
    fake = await fakeSluice({ 'GET /api/v1/source-kinds': { json: { items, next: null } } });

    expect((await ask('sources', 'kinds')).stdout).toContain('github');
    expect((await ask('sources', 'kinds', 'okta')).stdout).toContain(
      '  header: string ("Authorization")  the header\n  mode: "a" or "b", optional\n' +
        '  auth: object, optional\n    scheme: "none"\n    or\n    scheme: "basic"\n    user: string, optional',
    );
    expect(await ask('sources', 'kinds', 'otka')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('Did you mean okta?') as unknown,
    });
  });
});

describe('a source', () => {
  it.each([
    [['pause', '--note', 'moving'], 'POST /api/v1/sources/okta-prod/pause', { note: 'moving' }],
    [['resume'], 'POST /api/v1/sources/okta-prod/resume', {}],
  ])('%j', async ([word = '', ...flags], key, body) => {
    fake = await fakeSluice({ [key]: { json: source({ status: 'changed' }) } });

    const { stdout } = await ask('sources', word, 'okta-prod', ...flags);

    expect(stdout).toBe('okta-prod changed');
    expect(fake.asked[0]?.body).toEqual(body);
  });

  it('is removed', async () => {
    fake = await fakeSluice({ 'DELETE /api/v1/sources/okta-prod': { status: 204 } });

    expect((await ask('sources', 'remove', 'okta-prod')).exit).toBe(0);
    expect((await ask('sources', 'remove', 'nobody')).exit).toBe(3);
  });
});
