/** The flow files of a directory: a flow's name is its path without the ending. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { FLOW_NAME } from '../domain/flow.ts';
import { CliError } from './exit.ts';

export interface FlowFile {
  readonly name: string;
  readonly text: string;
  /** as the person would write it, for messages */
  readonly path: string;
}

const ENDING = /\.(?:ya?ml|json)$/;

/** Other JSON files may lie beside the flows: the schema for editors does. */
export const isFlowFile = (path: string): boolean => ENDING.test(path) && !path.endsWith('.schema.json');

const shown = (path: string, cwd: string): string => {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
};

export const flowNameOf = (path: string, directory: string): string =>
  relative(directory, path).split(sep).join('/').replace(ENDING, '');

const checkName = (name: string, path: string): void => {
  if (FLOW_NAME.test(name)) return;
  throw new CliError(
    'failed',
    `${path} gives the flow name "${name}": folders and file names of flows have lower case letters, digits and hyphens.`,
  );
};

const checkDouble = (files: readonly FlowFile[]): void => {
  const byName = new Map<string, string>();
  for (const { name, path } of files) {
    const other = byName.get(name);
    if (other !== undefined)
      throw new CliError('failed', `${other} and ${path} are both the flow "${name}".`);
    byName.set(name, path);
  }
};

/** Reads as UTF-8 and refuses what is none, instead of storing a flow with holes. */
const readText = (path: string, shownPath: string): string => {
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError('failed', `${shownPath} is not UTF-8 text.`);
  }
};

const readOne = (path: string, directory: string, cwd: string): FlowFile => {
  const shownPath = shown(path, cwd);
  const name = flowNameOf(path, directory);
  checkName(name, shownPath);
  return { name, text: readText(path, shownPath), path: shownPath };
};

/** All flow files below a folder, by name. */
const readFolder = (folder: string, base: string, cwd: string): FlowFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isFlowFile(entry.name))
    .map((entry) => readOne(join(entry.parentPath, entry.name), base, cwd))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/**
 * The files that somebody named; all of `directory` without names. A file outside the directory is a flow by its bare
 * file name, a folder stands for the files in it.
 */
export const readFlowFiles = (named: readonly string[], directory: string, cwd: string): FlowFile[] => {
  const files = (named.length === 0 ? [directory] : named).flatMap((given) => {
    const path = resolve(cwd, given);
    return existing(path, cwd, () => {
      const isFolder = statSync(path).isDirectory();
      const isOurs = path === directory || path.startsWith(directory + sep);
      const base = isOurs ? directory : isFolder ? path : dirname(path);
      return isFolder ? readFolder(path, base, cwd) : [readOne(path, base, cwd)];
    });
  });
  checkDouble(files);
  return files;
};

const existing = <T>(path: string, cwd: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new CliError('refused', `There is no file or folder ${shown(path, cwd)}.`);
    }
    throw error;
  }
};
