/** What an installation needs in a Cloudflare account, found or made: the database, the queues, the secrets. */
import * as z from 'zod';
import { CliError } from '../exit.ts';
import { runWrangler, type Outcome } from '../local/wrangler.ts';
import { newLinkKey, newSealingKeys, newToken } from '../local/secrets.ts';
import { setting, type Environment } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { DATABASE, WORKER } from './config.ts';

export type Cloud = Pick<Terminal, 'env' | 'note'>;

export const failed = (what: string, { stdout, stderr }: Outcome): CliError =>
  new CliError('failed', `${what}:\n${`${stdout}${stderr}`.trim()}`);

/** Wrangler may write a banner or a warning before its JSON. */
const jsonIn = (text: string): unknown => {
  const start = text.search(/^[[{]/m);
  try {
    return JSON.parse(start < 0 ? '' : text.slice(start));
  } catch {
    return undefined;
  }
};

export const requireAccount = async ({ env }: Cloud): Promise<void> => {
  const { code } = await runWrangler({ args: ['whoami', '--json'], env });
  if (code === 0) return;
  const remedy = 'Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.';
  throw new CliError('refused', `Wrangler is not signed in at Cloudflare. ${remedy}`);
};

const Databases = z.array(z.looseObject({ name: z.string(), uuid: z.string() }));

const findDatabase = async (env: Environment): Promise<string | undefined> => {
  const listed = await runWrangler({ args: ['d1', 'list', '--json'], env });
  const databases = Databases.safeParse(jsonIn(listed.stdout));
  if (listed.code !== 0 || !databases.success) throw failed('The databases could not be listed', listed);
  return databases.data.find(({ name }) => name === DATABASE)?.uuid;
};

/** Id of the database, made when there is none. */
export const provideDatabase = async ({ env, note }: Cloud): Promise<string> => {
  const known = await findDatabase(env);
  if (known !== undefined) return known;
  const made = await runWrangler({ args: ['d1', 'create', DATABASE], env });
  if (made.code !== 0) throw failed(`Database ${DATABASE} could not be made`, made);
  note(`Made the database ${DATABASE}.`);
  const id = await findDatabase(env);
  if (id === undefined)
    throw new CliError('failed', `Database ${DATABASE} was made but is not listed: try again.`);
  return id;
};

export const provideQueues = async (queues: readonly string[], { env, note }: Cloud): Promise<void> => {
  for (const queue of queues) {
    const known = await runWrangler({ args: ['queues', 'info', queue], env });
    if (known.code === 0) continue;
    const made = await runWrangler({ args: ['queues', 'create', queue], env });
    if (made.code !== 0) throw failed(`Queue ${queue} could not be made`, made);
    note(`Made the queue ${queue}.`);
  }
};

const SecretList = z.array(z.looseObject({ name: z.string() }));

/** Names of the Worker's secrets; a Worker that is not there yet has none. */
const secretNames = async (env: Environment): Promise<string[]> => {
  const listed = await runWrangler({ args: ['secret', 'list', '--name', WORKER, '--format', 'json'], env });
  const secrets = SecretList.safeParse(jsonIn(listed.stdout));
  if (listed.code === 0 && secrets.success) return secrets.data.map(({ name }) => name);
  if (/not exist|not found|10007/i.test(listed.stdout + listed.stderr)) return [];
  // Anything else must not look like a first deploy: new keys would make all that is sealed unreadable.
  throw failed('The secrets of the Worker could not be listed', listed);
};

/** The secrets that are missing, with fresh values. `SLUICE_TOKEN` of the environment becomes the first token. */
export const missingSecrets = async ({ env }: Cloud): Promise<Record<string, string>> => {
  const known = await secretNames(env);
  const makers: Readonly<Record<string, () => string>> = {
    SLUICE_TOKEN: () => setting(env, 'SLUICE_TOKEN') ?? newToken(),
    SLUICE_KEYS: () => newSealingKeys(),
    SLUICE_LINK_KEY: () => newLinkKey(),
  };
  const missing = Object.entries(makers).filter(([name]) => !known.includes(name));
  return Object.fromEntries(missing.map(([name, make]) => [name, make()]));
};
