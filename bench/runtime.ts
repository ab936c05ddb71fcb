/** The runtime under measurement, as seen from outside: its address, and what its process takes. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostOrder } from './host.ts';

export interface Runtime {
  readonly url: string;
  readonly inspector: string | null;
  /** of workerd; null where there is no /proc */
  readonly residentBytes: () => number | null;
  readonly cpuMs: () => number | null;
  readonly stop: () => Promise<void>;
}

interface Opened {
  readonly url: string;
  readonly inspector: string | null;
}

export const openRuntime = async (order: HostOrder): Promise<Runtime> => {
  const child = fork(join(import.meta.dirname, 'host.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(order);
  const failed = once(child, 'exit').then(() => {
    throw new Error('The runtime did not start; what it wrote stands above.');
  });
  // What our own `host.ts` sends.
  const [opened] = (await Promise.race([once(child, 'message'), failed])) as [Opened];
  failed.catch(() => undefined);
  const workerd = childOf(child.pid);
  return {
    ...opened,
    residentBytes: () => residentBytes(workerd),
    cpuMs: () => cpuMs(workerd),
    stop: () => stop(child),
  };
};

const stop = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit');
  child.send('stop');
  await ended;
};

/** The only child of Miniflare's process is workerd. */
const childOf = (parent: number | undefined): number | null => {
  try {
    for (const name of readdirSync('/proc')) {
      if (/^\d+$/.test(name) && fieldsOf(Number(name))[1] === String(parent)) return Number(name);
    }
  } catch {
    // Not Linux: these two figures are left out.
  }
  return null;
};

/** Fields of `/proc/<pid>/stat` from the third (state) on; the second, the name, may hold blanks. */
const fieldsOf = (pid: number): string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It has ended meanwhile.
    return [];
  }
};

const PAGE_BYTES = 4_096;
const TICK_MS = 10;

const residentBytes = (pid: number | null): number | null =>
  pid === null ? null : Number(fieldsOf(pid)[21]) * PAGE_BYTES;

const cpuMs = (pid: number | null): number | null => {
  if (pid === null) return null;
  const fields = fieldsOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};
