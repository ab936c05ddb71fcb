import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWeight, MOST_BYTES, weigh } from '../../src/cli/cloud/bundle.ts';
import { deployedConfig, queuesOf, readToml } from '../../src/cli/cloud/config.ts';
import { PROJECT } from '../../src/cli/project.ts';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';

const DATABASE_ID = '11111111-2222-3333-4444-555555555555';

interface WranglerCall {
  readonly args: readonly string[];
  readonly secrets?: string;
  readonly config?: string;
}
interface Answer {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

let directory = '';
let fake: FakeSluice;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  fake = await fakeSluice({
    'GET /health': { json: { status: 'ok' } },
    'POST /api/v1/flows/push': {
      json: {
        flows: [
          { name: 'hello', outcome: 'created', version: 1 },
          { name: 'old', outcome: 'archived', version: 2 },
        ],
      },
    },
  });
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await fake.close();
});

const listed = { out: JSON.stringify([{ name: 'sluice', uuid: DATABASE_ID }]) };
const allSecrets = {
  out: JSON.stringify(['SLUICE_TOKEN', 'SLUICE_KEYS', 'SLUICE_LINK_KEY'].map((name) => ({ name }))),
};
const noWorker = { code: 1, err: 'This Worker does not exist on your account. [code: 10007]' };

interface Deployed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly WranglerCall[];
}

const deploy = (
  answers: Readonly<Record<string, Answer | readonly Answer[]>>,
  { args = [], env = {} }: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<Deployed> => {
  const [script, log] = [join(directory, 'fake.json'), join(directory, 'log')];
  writeFileSync(script, JSON.stringify({ log, answers }));
  const all = {
    PATH: process.env.PATH,
    SLUICE_WRANGLER: join(import.meta.dirname, 'fake-wrangler.mjs'),
    FAKE_WRANGLER: script,
    SLUICE_URL: fake.url,
    ...env,
  };
  // The build of the fake writes nothing, so there is something to weigh already.
  mkdirSync(join(PROJECT, 'dist'), { recursive: true });
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(PROJECT, 'src/cli/deploy.ts'), ...args],
      { env: all },
      (error, stdout, stderr) => {
        const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
        const exit = typeof error?.code === 'number' ? error.code : 0;
        resolve({ exit, stdout, stderr, calls: lines.map((line) => JSON.parse(line) as WranglerCall) });
      },
    );
  });
};

const commands = ({ calls }: Deployed): string[] => calls.map(({ args }) => args.slice(0, 3).join(' '));

describe('the first deploy', () => {
  it('makes what is missing, sends migrations before the Worker, and shows the token once', async () => {
    const done = await deploy({
      'd1 list': [{ out: '[]' }, listed],
      'secret list': noWorker,
      'queues info': { code: 1 },
    });

    expect(done.stderr).toContain('created hello@1');
    expect(done.exit).toBe(0);
    const dead = ['sluice-events-dead', 'sluice-children-dead'];
    expect(commands(done)).toEqual([
      'deploy --dry-run --outdir',
      'whoami --json',
      'secret list --name',
      'd1 list --json',
      'd1 create sluice',
      'd1 list --json',
      ...['sluice-events', 'sluice-children', ...dead]
        .toSorted((a, b) => queuesOf(readToml()).indexOf(a) - queuesOf(readToml()).indexOf(b))
        .flatMap((queue) => [`queues info ${queue}`, `queues create ${queue}`]),
      'd1 migrations apply',
      `deploy --config ${join(PROJECT, 'wrangler.deploy.toml')}`,
    ]);
    const secrets = JSON.parse(done.calls.at(-1)?.secrets ?? '{}') as Record<string, string>;
    expect(Object.keys(secrets)).toEqual(['SLUICE_TOKEN', 'SLUICE_KEYS', 'SLUICE_LINK_KEY']);
    expect(done.stdout).toBe(`${secrets.SLUICE_TOKEN}\n`);
    expect(done.calls.flatMap(({ args }) => args).join(' ')).not.toContain(secrets.SLUICE_TOKEN);
    expect(fake.asked.at(-1)?.token).toBe(secrets.SLUICE_TOKEN);
  });

  it("gives the Worker the account's database, and leaves no file behind", async () => {
    const done = await deploy({ 'd1 list': listed, 'secret list': noWorker });

    expect(done.calls.at(-1)?.config).toContain(`database_id = "${DATABASE_ID}"`);
    expect(existsSync(join(PROJECT, 'wrangler.deploy.toml'))).toBe(false);
  });
});

describe('a later deploy', () => {
  const known = { 'd1 list': listed, 'secret list': allSecrets };
  const env = { SLUICE_TOKEN: 'of-the-environment' };

  it('makes nothing, sends no secrets and pushes with the token of the environment', async () => {
    const done = await deploy(known, { env });

    expect(done.exit).toBe(0);
    expect(done.stdout).toBe('');
    expect(commands(done).filter((line) => line.includes('create'))).toEqual([]);
    expect(done.calls.at(-1)?.secrets).toBeUndefined();
    expect(fake.asked.at(-1)?.token).toBe('of-the-environment');
  });

  it('keeps flows whose file is gone when there is nobody to ask', async () => {
    const done = await deploy(known, { env });

    expect(done.stderr).toContain('Kept, though their files are gone: old.');
    expect(fake.asked.at(-1)?.body).toMatchObject({ prune: false, dryRun: false });
  });

  it('archives them with --yes', async () => {
    await deploy(known, { env, args: ['--yes'] });

    expect(fake.asked.at(-1)?.body).toMatchObject({ prune: true, dryRun: false });
  });

  it('without a token to push with stops before anything is changed', async () => {
    const done = await deploy(known);

    expect(done.exit).toBe(2);
    expect(done.stderr).toContain('Set SLUICE_TOKEN');
    expect(commands(done)).toEqual(['deploy --dry-run --outdir', 'whoami --json', 'secret list --name']);
  });
});

describe('a deploy that cannot be', () => {
  it.each<[string, Record<string, Answer>, string, string]>([
    ['nobody is signed in', { whoami: { code: 1 } }, 'not signed in', 'whoami --json'],
    [
      'the secrets cannot be listed, for new keys would make what is sealed unreadable',
      { 'secret list': { code: 1, err: 'A request to the API failed' } },
      'could not be listed',
      'secret list --name',
    ],
    [
      'a migration fails',
      { 'secret list': noWorker, 'd1 list': listed, 'd1 migrations': { code: 1, err: 'no such table' } },
      'the Worker was not touched',
      'd1 migrations apply',
    ],
  ])('ends when %s', async (_, answers, message, last) => {
    const done = await deploy(answers);

    expect(done.exit).not.toBe(0);
    expect(done.stderr).toContain(message);
    expect(commands(done).at(-1)).toBe(last);
    expect(fake.asked).toEqual([]);
  });
});

describe('a dry run of a deploy', () => {
  it('says what would be done, and asks Cloudflare nothing', async () => {
    const done = await deploy({}, { args: ['--dry-run'] });

    expect(done.exit).toBe(0);
    expect(done.stdout).toContain('make the queues sluice-events');
    expect(done.stdout).toMatch(/The Worker has \d+ bytes compressed/);
    expect(commands(done)).toEqual(['deploy --dry-run --outdir']);
  });
});

describe('the configuration of the deployed Worker', () => {
  it('has the id of the database, eight homes and lanes, and what the environment adds', () => {
    const toml = deployedConfig(readToml(), DATABASE_ID, {
      SLUICE_LANES: '16',
      SLUICE_PUBLIC_URL: 'https://s.example',
    });

    expect(toml).toContain(`database_id = "${DATABASE_ID}"`);
    expect(toml).toContain('SLUICE_HOMES = "8"');
    expect(toml).toContain('SLUICE_LANES = "16"');
    expect(toml).toContain('[vars]\nSLUICE_PUBLIC_URL = "https://s.example"');
  });
});

describe('the weight of the Worker', () => {
  it('is what is sent, compressed: no source maps', () => {
    writeFileSync(join(directory, 'index.js'), 'a'.repeat(100_000));
    const alone = weigh(directory);
    writeFileSync(join(directory, 'index.js.map'), 'b'.repeat(100_000));

    expect(alone).toBeGreaterThan(0);
    expect(alone).toBeLessThan(1_000);
    expect(weigh(directory)).toBe(alone);
  });

  it('is held under 3 MB', () => {
    expect(() => checkWeight(MOST_BYTES)).not.toThrow();
    expect(() => checkWeight(MOST_BYTES + 1)).toThrow('3000000 are allowed');
  });
});
