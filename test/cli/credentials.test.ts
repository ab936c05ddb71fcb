import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

describe('a secret', () => {
  it('is read from standard input, without the line break at its end', async () => {
    fake = await fakeSluice({ 'PUT /api/v1/secrets/hrKey': { json: { name: 'hrKey' } } });

    const { exit, stdout, stderr } = await perform(['secrets', 'set', 'hrKey', '--url', fake.url], {
      input: 's3cret \n',
    });

    expect(exit).toBe(0);
    expect(fake.asked[0]?.body).toEqual({ value: 's3cret ' });
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it('is read from a file', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    writeFileSync(join(cwd, 'key.pem'), 'line 1\nline 2\n');
    fake = await fakeSluice({ 'PUT /api/v1/secrets/hrKey': { json: { name: 'hrKey' } } });

    await perform(['secrets', 'set', 'hrKey', '--value', '@key.pem', '--url', fake.url], { cwd });
    rmSync(cwd, { recursive: true });

    expect(fake.asked[0]?.body).toEqual({ value: 'line 1\nline 2' });
  });

  it('that is empty is refused', async () => {
    fake = await fakeSluice({});

    expect(await perform(['secrets', 'set', 'hrKey', '--url', fake.url])).toMatchObject({ exit: 2 });
    expect(fake.asked).toEqual([]);
  });
});

describe('a connection', () => {
  it.each([
    [['--base-url', 'https://hr.example'], { auth: 'none', baseUrl: 'https://hr.example' }],
    [['--auth', 'bearer', '--bearer', 'b'], { auth: 'bearer', token: 'b' }],
    [
      ['--auth', 'header', '--header', 'X-Key', '--value', 'v'],
      { auth: 'header', header: 'X-Key', value: 'v' },
    ],
    [['--auth', 'basic', '--username', 'u'], { auth: 'basic', username: 'u', password: 'from stdin' }],
    [
      [
        '--auth',
        'oauth2_client_credentials',
        '--token-url',
        'https://t',
        '--client-id',
        'c',
        '--client-secret',
        '-',
      ],
      { auth: 'oauth2_client_credentials', tokenUrl: 'https://t', clientId: 'c', clientSecret: 'from stdin' },
    ],
  ])('%j', async (more, settings) => {
    fake = await fakeSluice({ 'PUT /api/v1/connections/hr': { json: {} } });

    const { exit } = await perform(
      ['connections', 'add', 'hr', '--kind', 'http', ...more, '--url', fake.url],
      {
        input: 'from stdin\n',
      },
    );

    expect(exit).toBe(0);
    expect(fake.asked[0]?.body).toEqual({ kind: 'http', settings, honoursIdempotencyKey: false });
  });
});

describe('a token', () => {
  it.each([
    [['--flow', 'hello'], { name: 'ci', flow: 'hello' }],
    [['--role', 'author'], { name: 'ci', role: 'author' }],
    [['--scope', 'runs:read', '--scope', 'flows:read'], { name: 'ci', scopes: ['runs:read', 'flows:read'] }],
  ])('made with %j is alone on standard output', async (more, body) => {
    fake = await fakeSluice({
      'POST /api/v1/tokens': { status: 201, json: { id: 'tok_1', token: 'slu_x' } },
    });

    const { exit, stdout } = await perform(['tokens', 'create', 'ci', ...more, '--url', fake.url]);

    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'slu_x' });
    expect(fake.asked[0]?.body).toEqual(body);
  });

  it('is revoked by its id', async () => {
    fake = await fakeSluice({ 'DELETE /api/v1/tokens/tok_1': { status: 204 } });

    expect((await perform(['tokens', 'revoke', 'tok_1', '--url', fake.url])).exit).toBe(0);
  });
});

describe('sluice cards', () => {
  const line = (id: string) => ({ id, title: 'A title', doc: 'What it does.', effect: 'pure' });
  const list = { json: { items: [line('text.split'), line('text.join')], next: null } };

  it('lists cards by a part of their id', async () => {
    fake = await fakeSluice({ 'GET /api/v1/cards': list });

    const { stdout } = await perform(['cards', 'SPLIT', '--url', fake.url]);

    expect(stdout).toContain('text.split');
    expect(stdout).not.toContain('text.join');
  });

  it('shows one by its whole id: what it takes and gives', async () => {
    const input = {
      properties: { text: { type: 'string', description: 'The text to cut' } },
      required: ['text'],
    };
    const output = { properties: { parts: { type: 'array' } }, required: [] };
    const card = {
      ...line('text.split'),
      input,
      output,
      examples: [{ input: { text: 'a,b' }, output: { parts: [] } }],
    };
    fake = await fakeSluice({ 'GET /api/v1/cards': list, 'GET /api/v1/cards/text.split': { json: card } });

    const { stdout } = await perform(['cards', 'text.split', '--url', fake.url]);

    expect(stdout).toContain('  text: string  The text to cut');
    expect(stdout).toContain('  parts: array, optional');
    expect(stdout).toContain('  input {"text":"a,b"}');
  });

  it('suggests one for a misspelt id', async () => {
    fake = await fakeSluice({ 'GET /api/v1/cards': list });

    expect(await perform(['cards', 'text.spilt', '--url', fake.url])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('Did you mean text.split?') as unknown,
    });
  });
});
