/** Calls of the wrangler command, which is the only way to apply migrations and to deploy. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT, type Environment } from '../project.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WranglerCall {
  readonly args: readonly string[];
  /** given to the command's standard input: secrets never stand on a command line */
  readonly input?: string;
  readonly env: Environment;
  /** shown while it runs, else kept for the outcome only */
  readonly show?: boolean;
}

/** Runs wrangler to its end. `SLUICE_WRANGLER` names another program, as tests do. */
export const runWrangler = ({ args, input, env, show = false }: WranglerCall): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const script = env.SLUICE_WRANGLER ?? join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');
    const child = spawn(process.execPath, [script, ...args], {
      cwd: PROJECT,
      // `CI` keeps it from asking.
      env: { ...env, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (show) process.stderr.write(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (show) process.stderr.write(text);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
