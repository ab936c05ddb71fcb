/** Brings the local database up to date. Asking wrangler takes seconds, so it is asked only when files have changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../exit.ts';
import { PROJECT, type DataDirectory, type Environment } from '../project.ts';
import { runWrangler } from './wrangler.ts';

/** Changes with every name and every byte of the migrations. */
export const fingerprint = (directory: string): string => {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).toSorted()) {
    if (name.endsWith('.sql'))
      hash
        .update(name)
        .update('\0')
        .update(readFileSync(join(directory, name)));
  }
  return hash.digest('hex');
};

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '');

/** Returns whether there was something to apply. */
export const migrateLocally = async (data: DataDirectory, env: Environment): Promise<boolean> => {
  const mark = join(data.path, 'sluice-migrations');
  const current = fingerprint(join(PROJECT, 'migrations'));
  // The mark says nothing about a database that was deleted.
  if (read(mark) === current && existsSync(join(data.path, 'v3/d1'))) return false;
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', data.path];
  const { code, stdout, stderr } = await runWrangler({ args, env });
  if (code !== 0) {
    throw new CliError(
      'failed',
      `The database in ${data.path} could not be brought up to date:\n${stdout}${stderr}`,
    );
  }
  writeFileSync(mark, `${current}\n`);
  return true;
};
