/** The runtime as `npm start` sees it: a child with a process group of its own that reports when it answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { CliError } from '../exit.ts';
import type { Environment } from '../project.ts';
import { killGroup } from './processes.ts';

export interface RuntimeOptions {
  readonly port: number;
  readonly persist: string;
  readonly secrets: string;
  /** further bindings; they win over the secrets file */
  readonly variables: Readonly<Record<string, string>>;
}

/** No requests of wrangler's own to the outside, and no traces on disk that nobody reads. */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
} as const;

export const RuntimeReport = z.discriminatedUnion('report', [
  z.object({ report: z.literal('ready'), url: z.string() }),
  z.object({ report: z.literal('failed'), message: z.string() }),
]);
export type RuntimeReport = z.output<typeof RuntimeReport>;

export interface Runtime {
  readonly url: string;
  readonly group: number;
  /** resolves with a sentence when it ends without having been asked to */
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
}

const firstReport = (child: ChildProcess): Promise<RuntimeReport> =>
  new Promise((resolve) => {
    const hear = (message: unknown): void => {
      // Wrangler sends reports of its own on the same channel.
      const report = RuntimeReport.safeParse(message);
      if (report.success) resolve(report.data);
    };
    child.on('message', hear);
    child.once('error', (error) => resolve({ report: 'failed', message: error.message }));
    child.once('exit', (code, signal) =>
      resolve({ report: 'failed', message: `it ended with ${signal ?? code} before it answered` }),
    );
  });

const stopper = (child: ChildProcess, group: number, exited: Promise<unknown>) => async (): Promise<void> => {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => killGroup(group), 5_000);
  await exited;
  clearTimeout(timer);
  // Its own children go with it, should one have stayed.
  killGroup(group);
};

export const startRuntime = async (options: RuntimeOptions, env: Environment): Promise<Runtime> => {
  const script = join(import.meta.dirname, '../runtime.ts');
  const child = spawn(process.execPath, [script, JSON.stringify({ ...options, variables: undefined })], {
    // Ctrl-C reaches the foreground group only: the runtime hears of it by the channel.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...QUIET,
      ...env,
      // Not on the command line, where every user of the machine can read them.
      SLUICE_VARIABLES: JSON.stringify(options.variables),
    },
  });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(`The runtime ended by itself (${signal ?? `code ${code}`}).`),
    );
  });
  const report = await firstReport(child);
  const group = child.pid;
  if (report.report === 'failed' || group === undefined) {
    if (group !== undefined) killGroup(group);
    throw new CliError(
      'failed',
      `The runtime did not start: ${report.report === 'failed' ? report.message : 'no process'}`,
    );
  }
  return { url: report.url, group, ended: exited, stop: stopper(child, group, exited) };
};
