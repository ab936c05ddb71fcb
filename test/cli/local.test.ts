import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { judge } from '../../src/cli/local/leftover.ts';
import { newFlowLoader } from '../../src/cli/local/flow-loader.ts';
import { fingerprint } from '../../src/cli/local/migrations.ts';
import { startOptions } from '../../src/cli/local/options.ts';
import { claimPort, HOST } from '../../src/cli/local/port.ts';
import type { Process } from '../../src/cli/local/processes.ts';
import { keepSecrets } from '../../src/cli/local/secrets.ts';
import { startTicker } from '../../src/cli/local/ticker.ts';
import { watchFlows } from '../../src/cli/local/watch.ts';
import { fakeSluice } from './fake-sluice.ts';
import { fakeTerminal } from './fake-terminal.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the secrets of a local installation', () => {
  it('are made once, for their owner only', () => {
    const path = join(directory, 'new/.dev.vars');

    const first = keepSecrets(path);

    expect(first.SLUICE_TOKEN).toMatch(/^slu_[0-9a-z]{8}_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(first.SLUICE_KEYS?.split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(Buffer.from(first.SLUICE_LINK_KEY ?? '', 'base64')).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(keepSecrets(path)).toEqual(first);
  });

  it('keep what stands there, and get what is missing', () => {
    const path = join(directory, '.dev.vars');
    writeFileSync(path, '# mine\nSLUICE_TOKEN=own\nOTHER="x"', { mode: 0o644 });

    const secrets = keepSecrets(path);

    expect(secrets).toMatchObject({ SLUICE_TOKEN: 'own', OTHER: 'x' });
    expect(readFileSync(path, 'utf8')).toMatch(/^# mine\nSLUICE_TOKEN=own\nOTHER="x"\nSLUICE_KEYS="k1:/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('what a killed start left behind', () => {
  const process = (pid: number, parent: number, group: number, command: string): Process => ({
    pid,
    parent,
    group,
    command,
  });
  const runtime = process(50, 1, 50, '/usr/bin/node /p/src/cli/runtime.ts {"port":8787}');
  const workerd = process(51, 50, 50, '/p/node_modules/@cloudflare/workerd-linux-64/bin/workerd serve');

  it('is its group, when its start is gone', () => {
    expect(judge(50, [runtime, workerd])).toEqual({ found: 'killed', group: 50 });
  });

  it('is its group, when only workerd is left', () => {
    expect(judge(50, [{ ...workerd, parent: 1 }])).toEqual({ found: 'killed', group: 50 });
  });

  it('is nothing of ours, when another program has the number by now', () => {
    expect(judge(50, [process(50, 1, 50, 'vim runtime.ts')])).toEqual({
      found: 'stranger',
      command: 'vim runtime.ts',
    });
  });

  it('is no leftover, when its start is alive', () => {
    const start = process(40, 1, 30, 'node src/cli/start.ts');

    expect(judge(50, [start, { ...runtime, parent: 40 }, workerd])).toEqual({ found: 'running', pid: 40 });
  });

  it('is nothing, when nobody is in the group', () => {
    expect(judge(50, [process(7, 1, 7, 'init')])).toEqual({ found: 'nothing' });
  });
});

describe('the options of npm start', () => {
  it('take flags before the environment', () => {
    expect(startOptions(['--port', '9000'], { SLUICE_PORT: '1' }, '/').port).toBe(9000);
    expect(startOptions([], { SLUICE_PORT: '9001' }, '/').port).toBe(9001);
    expect(startOptions([], {}, '/').port).toBe(8787);
  });

  it('keep the secrets of another data directory in it', () => {
    expect(startOptions(['--data', 'd'], {}, '/home').data).toEqual({
      path: '/home/d',
      secrets: '/home/d/.dev.vars',
      record: '/home/d/sluice.json',
    });
  });

  it.each([
    [['9000'], 'npm start -- --port 9000'],
    [['state'], 'npm start -- --data state'],
    [['--port', 'http'], '"http" is no port'],
    [['--prot', '1'], 'Did you mean --port?'],
  ])('%j are refused with the remedy', (argv, message) => {
    expect(() => startOptions(argv, {}, '/')).toThrow(message);
  });
});

describe('a port', () => {
  it('that is taken is refused with another one', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

    await expect(claimPort(port)).rejects.toThrow(`Port ${port} is in use by another program.`);
    await new Promise((resolve) => server.close(resolve));
    await expect(claimPort(port)).resolves.toBe(port);
  });

  it('0 becomes a free one', async () => {
    expect(await claimPort(0)).toBeGreaterThan(0);
  });
});

describe('the tick', () => {
  const clock = (start: number) => {
    let now = start;
    let waiting: { call: () => void; ms: number } | undefined;
    const ticks: string[] = [];
    return {
      ticks,
      ports: {
        now: () => now,
        later: (call: () => void, ms: number) => {
          waiting = { call, ms };
          return () => {
            waiting = undefined;
          };
        },
        complain: (message: string) => void ticks.push(message),
      },
      isWaiting: () => waiting !== undefined,
      /** lets the timer fire so much later than it was set for */
      pass: async (lateMs = 0) => {
        now += (waiting?.ms ?? 0) + lateMs;
        waiting?.call();
        await Promise.resolve();
      },
    };
  };

  it('comes with each full minute, carrying that minute', async () => {
    const { ports, ticks, pass } = clock(Date.parse('2026-11-23T12:00:31.000Z'));
    startTicker({ ...ports, tick: async (at) => void ticks.push(new Date(at).toISOString().slice(11, 19)) });

    await pass();
    await pass(20_000);
    await pass();

    expect(ticks).toEqual(['12:01:00', '12:02:00', '12:03:00']);
  });

  it('ticks once, with the time of its waking, after a laptop slept: `missed` does the rest', async () => {
    const { ports, ticks, pass } = clock(Date.parse('2026-11-23T12:00:31.000Z'));
    startTicker({ ...ports, tick: async (at) => void ticks.push(new Date(at).toISOString().slice(11, 19)) });

    await pass(3_600_000);
    await pass();

    expect(ticks).toEqual(['13:01:00', '13:02:00']);
  });

  it('goes on after failures and complains of the first', async () => {
    const { ports, ticks, pass, isWaiting } = clock(0);
    const ticker = startTicker({ ...ports, tick: () => Promise.reject(new Error('no answer')) });

    await pass();
    await pass();
    await vi.waitFor(() => expect(ticks).toEqual(['The tick failed: no answer']));
    expect(isWaiting()).toBe(true);

    ticker.stop();
    expect(isWaiting()).toBe(false);
  });
});

describe('the fingerprint of the migrations', () => {
  it('changes with a file, a name and a byte', () => {
    const seen = new Set([fingerprint(directory)]);
    writeFileSync(join(directory, '0000.sql'), 'a');
    seen.add(fingerprint(directory));
    writeFileSync(join(directory, '0000.sql'), 'b');
    seen.add(fingerprint(directory));
    renameSync(join(directory, '0000.sql'), join(directory, '0001.sql'));
    seen.add(fingerprint(directory));

    expect(seen.size).toBe(4);
  });
});

describe('the watch', () => {
  it('tells of a saved flow within a second, of one in a new folder too, and not of other files', async () => {
    let changes = 0;
    const stop = watchFlows(directory, () => {
      changes += 1;
    });
    writeFileSync(join(directory, 'notes.txt'), 'x');
    writeFileSync(join(directory, 'hello.yaml'), 'x');
    await vi.waitFor(() => expect(changes).toBe(1), { timeout: 1_000, interval: 10 });

    mkdirSync(join(directory, 'hr'));
    writeFileSync(join(directory, 'hr/leave.yaml'), 'x');
    await vi.waitFor(() => expect(changes).toBeGreaterThan(1), { timeout: 1_000, interval: 10 });
    stop();
  });
});

describe('loading flows', () => {
  const problem = { severity: 'error', path: '', code: 'x', message: 'No such card', line: 1, column: 2 };

  it('saves the good ones, tells the broken ones, and archives nothing while one is broken', async () => {
    writeFileSync(join(directory, 'bad.yaml'), 'bad');
    writeFileSync(join(directory, 'good.yaml'), 'good');
    const fake = await fakeSluice({
      'POST /api/v1/flows/check': {
        json: {
          files: [
            { name: 'bad', ok: false, problems: [problem] },
            { name: 'good', ok: true, problems: [] },
          ],
        },
      },
      'POST /api/v1/flows/push': { json: { flows: [{ name: 'good', outcome: 'created', version: 1 }] } },
    });
    const terminal = fakeTerminal({ cwd: directory });
    const api = { url: fake.url, token: 't', signal: terminal.signal };

    await newFlowLoader({ api, directory, terminal }).load();
    await fake.close();

    expect(fake.asked[1]?.body).toMatchObject({
      files: [{ name: 'good', text: 'good' }],
      prune: false,
      force: true,
    });
    expect(terminal.stderr).toEqual(['bad.yaml:1:2 error: No such card', 'created good@1']);
  });

  it('outlives an installation that does not answer', async () => {
    writeFileSync(join(directory, 'good.yaml'), 'good');
    const fake = await fakeSluice({});
    await fake.close();
    const terminal = fakeTerminal({ cwd: directory });
    const api = { url: fake.url, token: 't', signal: terminal.signal };

    await newFlowLoader({ api, directory, terminal }).load();

    expect(terminal.stderr[0]).toContain('Nothing answers');
  });
});
