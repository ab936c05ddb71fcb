/** Where things are on the machine: the project, its flows, the data directory of the local installation. */
import { join, resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '../..');

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is empty counts as absent, as shells make it hard to tell the two apart. */
export const setting = (env: Environment, name: string): string | undefined => env[name] || undefined;

export const DEFAULT_PORT = 8787;
export const DEFAULT_DATA = join(PROJECT, '.wrangler/state');

export interface DataDirectory {
  /** the runtime's state: databases, lanes */
  readonly path: string;
  /** the secrets of this installation; `wrangler dev` reads the default one as well */
  readonly secrets: string;
  /** how to reach the installation while it runs */
  readonly record: string;
}

/** `given` is relative to the directory the person is in; by default it is the one `wrangler dev` uses too. */
export const dataDirectory = (given: string | undefined, cwd: string): DataDirectory => {
  const path = given === undefined ? DEFAULT_DATA : resolve(cwd, given);
  return {
    path,
    secrets: path === DEFAULT_DATA ? join(PROJECT, '.dev.vars') : join(path, '.dev.vars'),
    record: join(path, 'sluice.json'),
  };
};
