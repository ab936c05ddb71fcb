/** What a run is given: inputs from a file, standard input or single flags, and data in place of a trigger's sample. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { CliError } from './exit.ts';
import type { Terminal } from './terminal.ts';

export interface GivenInputs {
  readonly terminal: Terminal;
  readonly flags: {
    readonly input?: string;
    readonly set?: readonly string[];
    readonly event?: string;
    readonly request?: string;
    readonly schedule?: string;
  };
}

const parse = (text: string, where: string): Json => {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError('usage', `${where} is not JSON: ${why}`);
  }
};

const readText = async (given: string, terminal: Terminal): Promise<string> => {
  if (given === '-') return terminal.stdin();
  try {
    return readFileSync(resolve(terminal.cwd, given), 'utf8');
  } catch {
    throw new CliError('refused', `There is no file ${given} that could be read.`);
  }
};

/** A JSON object from a file or, for `-`, from standard input; an empty input is an empty object. */
const readObject = async (given: string, terminal: Terminal): Promise<JsonObject> => {
  const where = given === '-' ? 'Standard input' : given;
  const text = await readText(given, terminal);
  const value = text.trim() === '' ? {} : parse(text, where);
  if (isObject(value)) return value;
  throw new CliError('usage', `${where} holds no JSON object: write { "name": value }.`);
};

/** `days=5` is a number, `name=Stella` a text: what is no JSON is text. */
export const assignment = (given: string): [string, Json] => {
  const at = given.indexOf('=');
  if (at < 1) throw new CliError('usage', `--set takes KEY=VALUE, not "${given}".`);
  const text = given.slice(at + 1);
  try {
    const value: Json = JSON.parse(text);
    return [given.slice(0, at), value];
  } catch {
    return [given.slice(0, at), text];
  }
};

export const readInputs = async ({ terminal, flags }: GivenInputs): Promise<JsonObject> => {
  const file = flags.input === undefined ? {} : await readObject(flags.input, terminal);
  const inputs = { ...file, ...Object.fromEntries((flags.set ?? []).map(assignment)) };
  const body: Record<string, Json> = { inputs };
  for (const name of ['event', 'request', 'schedule'] as const) {
    const given = flags[name];
    if (given !== undefined) body[name] = await readObject(given, terminal);
  }
  return body;
};
