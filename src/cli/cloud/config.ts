/**
 * The configuration of the deployed Worker: wrangler.toml with the account's own database id in place of the zeros.
 * It is a file of its own because the id names the local database too: a changed one would hide local data.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../project.ts';

const PLACEHOLDER = '00000000-0000-0000-0000-000000000000';

export const DATABASE = 'sluice';
export const WORKER = 'sluice';

/** Eight homes and lanes on the edge, where each lane is an object of its own; on a laptop all share one process. */
const DEPLOYED = { SLUICE_HOMES: '8', SLUICE_LANES: '8' } as const;

const withVariable = (toml: string, [name, value]: [string, string]): string => {
  const line = new RegExp(`^${name} = ".*"$`, 'm');
  return line.test(toml)
    ? toml.replace(line, `${name} = "${value}"`)
    : toml.replace(/^\[vars\]$/m, `[vars]\n${name} = "${value}"`);
};

export const deployedConfig = (
  toml: string,
  databaseId: string,
  variables: Readonly<Record<string, string>>,
): string =>
  Object.entries({ ...DEPLOYED, ...variables }).reduce(withVariable, toml.replace(PLACEHOLDER, databaseId));

/** The queues that the configuration names, dead-letter queues included. */
export const queuesOf = (toml: string): string[] => [
  ...new Set(
    [...toml.matchAll(/^(?:queue|dead_letter_queue) = "([^"]+)"$/gm)].flatMap(([, name]) => name ?? []),
  ),
];

export const readToml = (): string => readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8');

/** Beside wrangler.toml, for paths in it are relative to where it is. */
const DEPLOYED_PATH = join(PROJECT, 'wrangler.deploy.toml');

/** Writes it, gives its path to what needs it, and removes it again. */
export const withDeployedConfig = async <T>(text: string, use: (path: string) => Promise<T>): Promise<T> => {
  writeFileSync(DEPLOYED_PATH, text);
  try {
    return await use(DEPLOYED_PATH);
  } finally {
    rmSync(DEPLOYED_PATH, { force: true });
  }
};
