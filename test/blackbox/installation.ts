/** A whole Sluice as a newcomer starts it: `npm start` on a scratch directory, and its sudden end. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, listProcesses } from '../../src/cli/local/processes.ts';
import { readRecord, type RunningRecord } from '../../src/cli/local/record.ts';
import { PROJECT } from '../../src/cli/project.ts';

export interface Scratch {
  readonly data: string;
  readonly flows: string;
  readonly remove: () => void;
}

export const scratch = (): Scratch => {
  const root = mkdtempSync(join(tmpdir(), 'sluice-blackbox-'));
  const flows = join(root, 'flows');
  mkdirSync(flows);
  return { data: join(root, 'data'), flows, remove: () => rmSync(root, { recursive: true, force: true }) };
};

export interface Installation {
  readonly url: string;
  readonly token: string;
  /** all that was written so far */
  readonly output: () => string;
  /** SIGKILL to npm, to the start and to the runtime's process group, all at once */
  readonly kill: () => Promise<void>;
  /** SIGKILL to npm and the start alone, as a closed window or the kernel does it */
  readonly killStart: () => void;
  /** Ctrl-C, and the end of all of it */
  readonly interrupt: () => Promise<void>;
}

export const isAlive = (group: number): boolean => listProcesses().some((process) => process.group === group);

/** Polls until something is there; throws with what was going on. */
export const until = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  { withinMs = 30_000, told = () => '' }: { withinMs?: number; told?: () => string } = {},
): Promise<T> => {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`Waited ${withinMs} ms in vain for ${what}. ${told()}`);
};

const running = new Set<() => void>();
/** Ends what a failed test has left running. */
export const endAll = (): void => running.forEach((end) => end());

export const start = async (
  { data, flows }: Scratch,
  more: readonly string[] = [],
): Promise<Installation> => {
  const args = ['start', '--', '--port', '0', '--data', data, '--flows', flows, ...more];
  // The runner forces colours on what it starts.
  const env = { ...process.env, FORCE_COLOR: '0' };
  const child = spawn('npm', args, { cwd: PROJECT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  const own = child.pid ?? 0;
  running.add(() => killGroup(own));
  const isReady = (): RunningRecord | undefined =>
    /Sluice {2}http/.test(output) ? readRecord(join(data, 'sluice.json')) : undefined;
  const { url, token, group } = await until('the start', isReady, { withinMs: 60_000, told: () => output });
  const end = (): void => {
    killGroup(own);
    killGroup(group);
  };
  running.add(end);
  return {
    url,
    token,
    output: () => output,
    kill: async () => {
      end();
      await until('the end of the runtime', () => (isAlive(group) ? undefined : true));
    },
    killStart: () => killGroup(own),
    interrupt: async () => {
      // The keyboard signals the whole foreground group: npm, its shell and the start.
      process.kill(-own, 'SIGINT');
      await until('the end', () => (isAlive(own) || isAlive(group) ? undefined : true));
    },
  };
};
