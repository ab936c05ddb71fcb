/** Builds the Worker without sending it, and weighs it: Cloudflare takes 3 MB compressed on the free plan. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CliError } from '../exit.ts';
import { runWrangler } from '../local/wrangler.ts';
import { PROJECT } from '../project.ts';
import { failed, type Cloud } from './account.ts';

export const MOST_BYTES = 3_000_000;

/** Compressed bytes of what would be sent; source maps are not counted there either. */
export const weigh = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:map|md)$/.test(entry.name))
    .map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name))).length)
    .reduce((sum, bytes) => sum + bytes, 0);

export const checkWeight = (bytes: number): void => {
  if (bytes <= MOST_BYTES) return;
  throw new CliError('failed', `The Worker has ${bytes} bytes compressed; ${MOST_BYTES} are allowed.`);
};

/** Compressed size of the Worker in bytes. */
export const buildBundle = async ({ env }: Cloud): Promise<number> => {
  const directory = join(PROJECT, 'dist');
  const built = await runWrangler({ args: ['deploy', '--dry-run', '--outdir', directory], env });
  if (built.code !== 0) throw failed('The Worker cannot be built', built);
  return weigh(directory);
};
