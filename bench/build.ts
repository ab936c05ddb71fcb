/** Makes the bundles: the Worker as it is deployed, the same with its rows counted, and the floors. wrangler does it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../src/cli/project.ts';

const run = promisify(execFile);

/** Returns the path of the bundle's script. */
const bundle = async (name: string, into: string, args: readonly string[]): Promise<string> => {
  const wrangler = join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');
  const all = [wrangler, 'deploy', ...args, '--dry-run', '--outdir', into];
  const env = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' };
  await run(process.execPath, all, { cwd: PROJECT, env });
  return join(into, `${name}.js`);
};

export interface Bundles {
  /** the Worker as `npm run deploy` uploads it */
  readonly subject: string;
  /** the same, with the rows counted that it writes */
  readonly counted: string;
  readonly floor: string;
}

export const build = async (into: string): Promise<Bundles> => {
  const [subject, counted, floor] = await Promise.all([
    bundle('index', join(into, 'subject'), []),
    bundle('counted', join(into, 'counted'), ['bench/counted.ts']),
    bundle('worker', join(into, 'floor'), ['--config', 'bench/floor/wrangler.toml']),
  ]);
  return { subject, counted, floor };
};
