import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTarget } from '../../src/cli/target.ts';
import { fakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  mkdirSync(join(cwd, 'data'));
  const record = { url: 'http://localhost:9001', token: 'of-the-record', group: 1 };
  writeFileSync(join(cwd, 'data/sluice.json'), JSON.stringify(record));
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('where a command goes, and as whom', () => {
  it('takes flags before the environment', () => {
    const env = { SLUICE_URL: 'http://env', SLUICE_TOKEN: 'env' };

    expect(findTarget({ url: 'http://flag/', token: 'flag' }, { env, cwd })).toEqual({
      url: 'http://flag',
      token: 'flag',
    });
  });

  it('takes the environment before the installation that runs on the data', () => {
    const env = { SLUICE_URL: 'http://env', SLUICE_TOKEN: 'env', SLUICE_DATA: 'data' };

    expect(findTarget({}, { env, cwd })).toEqual({ url: 'http://env', token: 'env' });
  });

  it('finds the installation that runs on the data directory', () => {
    expect(findTarget({ data: 'data' }, { env: {}, cwd })).toEqual({
      url: 'http://localhost:9001',
      token: 'of-the-record',
    });
  });

  it('falls back to the usual address and the token of the secrets file', () => {
    rmSync(join(cwd, 'data/sluice.json'));
    writeFileSync(join(cwd, 'data/.dev.vars'), 'SLUICE_TOKEN="of-the-file"\n');

    expect(findTarget({ data: 'data' }, { env: {}, cwd })).toEqual({
      url: 'http://localhost:8787',
      token: 'of-the-file',
    });
  });
});

describe('the local token', () => {
  it.each([
    ['http://localhost:9002', 'of-the-record'],
    ['http://127.0.0.1:9002', 'of-the-record'],
    ['https://elsewhere.example', undefined],
    ['http://localhost.example', undefined],
    ['http://localhost@elsewhere.example', undefined],
  ])('for %s is %s: it stays on this machine', (url, token) => {
    expect(findTarget({ url, data: 'data' }, { env: {}, cwd }).token).toBe(token);
  });
});

describe('an answer that is a refusal', () => {
  const problem = (code: string, detail: string) => ({ code, title: 'A title', detail, requestId: 'req_1' });

  it.each([
    ['not_found', 404, 3],
    ['forbidden', 403, 3],
    ['unauthenticated', 401, 3],
    ['unavailable', 503, 4],
    ['internal', 500, 1],
  ])('%s (%i) ends with %i and its sentence', async (code, status, ending) => {
    const fake = await fakeSluice({ 'GET /api/v1/runs': { status, json: problem(code, 'This is why.') } });

    const { exit, stderr } = await perform(['runs', '--url', fake.url]);
    await fake.close();

    expect(exit).toBe(ending);
    expect(stderr).toContain('This is why.');
  });

  it('that is not from Sluice is told as such', async () => {
    const fake = await fakeSluice({ 'GET /api/v1/runs': { status: 404, text: '<html>', type: 'text/html' } });

    const { exit, stderr } = await perform(['runs', '--url', fake.url]);
    await fake.close();

    expect(exit).toBe(3);
    expect(stderr).toContain('is it the right address?');
  });

  it('that never comes ends with 4 and says how to start', async () => {
    const fake = await fakeSluice({});
    await fake.close();

    const { exit, stderr } = await perform(['runs', '--url', fake.url]);

    expect(exit).toBe(4);
    expect(stderr).toContain(`Nothing answers at ${fake.url}`);
    expect(stderr).toContain('npm start');
  });
});
