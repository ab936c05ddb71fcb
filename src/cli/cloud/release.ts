/** Sends migrations, the Worker with its missing secrets, and then the flows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api.ts';
import { pushLines } from '../commands/flows-move.ts';
import { CliError } from '../exit.ts';
import { pushFiles } from '../flow-calls.ts';
import { readFlowFiles } from '../flow-files.ts';
import { runWrangler } from '../local/wrangler.ts';
import { setting } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { failed, type Cloud } from './account.ts';

export const migrateRemotely = async (config: string, { env, note }: Cloud): Promise<void> => {
  const args = ['d1', 'migrations', 'apply', 'DB', '--remote', '--config', config];
  const done = await runWrangler({ args, env });
  if (done.code !== 0) throw failed('The migrations failed; the Worker was not touched', done);
  note('The database is up to date.');
};

/** A file that only its owner can read, for as long as it is needed: secrets never stand on a command line. */
const withSecretsFile = async <T>(
  secrets: Readonly<Record<string, string>>,
  use: (args: readonly string[]) => Promise<T>,
): Promise<T> => {
  if (Object.keys(secrets).length === 0) return use([]);
  const directory = mkdtempSync(join(tmpdir(), 'sluice-'));
  try {
    const path = join(directory, 'secrets.json');
    writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 });
    return await use(['--secrets-file', path]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The address that wrangler says it deployed to, unless SLUICE_URL names another. */
const addressIn = (text: string): string | undefined => /https:\/\/[^\s"']+\.workers\.dev/.exec(text)?.[0];

/** Returns the address of the deployed Worker, where that is known. */
export const deployWorker = async (
  config: string,
  secrets: Readonly<Record<string, string>>,
  { env, note }: Cloud,
): Promise<string | undefined> => {
  const done = await withSecretsFile(secrets, (more) =>
    runWrangler({ args: ['deploy', '--config', config, ...more], env }),
  );
  if (done.code !== 0) throw failed('The Worker could not be deployed', done);
  const url = setting(env, 'SLUICE_URL') ?? addressIn(done.stdout + done.stderr);
  note(`The Worker is deployed${url === undefined ? '' : ` to ${url}`}.`);
  return url?.replace(/\/+$/, '');
};

/** A new address takes a moment until it answers everywhere. */
export const awaitAnswer = async (url: string, patienceMs = 60_000): Promise<void> => {
  for (let waited = 0; waited <= patienceMs; waited += 1_000) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(1_000);
  }
  throw new CliError(
    'unreachable',
    `${url} is deployed, but does not answer. Push the flows later: sluice flows push`,
  );
};

export interface Publication {
  readonly api: Api;
  readonly directory: string;
  readonly terminal: Terminal;
  /** asks whether these flows may be archived */
  readonly mayArchive: (names: readonly string[]) => Promise<boolean>;
}

/** Pushes the flows. Those whose file is gone are archived when somebody agrees, else they stay. */
export const publishFlows = async ({ api, directory, terminal, mayArchive }: Publication): Promise<void> => {
  const files = readFlowFiles([], directory, terminal.cwd);
  const planned = await pushFiles(api, files, { prune: true, dryRun: true });
  const gone = planned.filter(({ outcome }) => outcome === 'archived').map(({ name }) => name);
  const prune = gone.length > 0 && (await mayArchive(gone));
  const pushed = await pushFiles(api, files, { prune });
  pushLines(pushed, { paint: terminal.paintNote }).forEach(terminal.note);
  if (gone.length > 0 && !prune) terminal.note(`Kept, though their files are gone: ${gone.join(', ')}.`);
};
