/**
 * `npm run deploy`: everything from an empty Cloudflare account to a running installation, and every later release.
 * Migrations come before the Worker, which must therefore run on both the old and the new tables.
 */
import { createInterface } from 'node:readline/promises';
import { missingSecrets, provideDatabase, provideQueues, requireAccount } from './cloud/account.ts';
import { buildBundle, checkWeight, MOST_BYTES } from './cloud/bundle.ts';
import { deployedConfig, queuesOf, readToml, withDeployedConfig } from './cloud/config.ts';
import { awaitAnswer, deployWorker, migrateRemotely, publishFlows } from './cloud/release.ts';
import type { Options } from './command.ts';
import { CliError, EXIT, type Ending } from './exit.ts';
import { readFlags } from './flags.ts';
import { commandHelp } from './help.ts';
import { setting } from './project.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { directoryOf } from './commands/flows.ts';

const OPTIONS: Options = {
  'dry-run': { type: 'boolean', help: 'say what would be done, build and weigh the Worker, send nothing' },
  yes: { type: 'boolean', help: 'archive flows whose file is gone without asking' },
};

const plan = (toml: string): string[] => [
  'A deploy would',
  '  make the D1 database sluice, if there is none',
  `  make the queues ${queuesOf(toml).join(', ')}, those that are missing`,
  '  make the secrets SLUICE_TOKEN, SLUICE_KEYS and SLUICE_LINK_KEY, those that are missing',
  '  apply the migrations, deploy the Worker and push the flows',
];

const dryRun = async (terminal: Terminal): Promise<Ending> => {
  plan(readToml()).forEach(terminal.out);
  const bytes = await buildBundle(terminal);
  terminal.out(
    `The Worker has ${bytes} bytes compressed, ${Math.round((bytes / MOST_BYTES) * 100)} % of 3 MB.`,
  );
  checkWeight(bytes);
  return 'done';
};

const ask =
  (isYes: boolean, terminal: Terminal) =>
  async (names: readonly string[]): Promise<boolean> => {
    terminal.note(`The files of these flows are gone: ${names.join(', ')}.`);
    if (isYes) return true;
    if (!terminal.isInteractive) return false;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await prompt.question('Archive them? [y/N] ')).trim());
    } finally {
      prompt.close();
    }
  };

/** The token to push the flows with: the one that was just made, else the one in the environment. */
const tokenFor = (secrets: Readonly<Record<string, string>>, { env }: Terminal): string => {
  const token = secrets.SLUICE_TOKEN ?? setting(env, 'SLUICE_TOKEN');
  if (token !== undefined) return token;
  throw new CliError(
    'usage',
    'Set SLUICE_TOKEN to a token of the installation that may write flows: without it they could not be pushed.',
  );
};

const deploy = async (isYes: boolean, terminal: Terminal): Promise<Ending> => {
  const { env } = terminal;
  const toml = readToml();
  checkWeight(await buildBundle(terminal));
  await requireAccount(terminal);
  const secrets = await missingSecrets(terminal);
  const token = tokenFor(secrets, terminal);
  const databaseId = await provideDatabase(terminal);
  await provideQueues(queuesOf(toml), terminal);
  const lanes = setting(env, 'SLUICE_LANES');
  const publicUrl = setting(env, 'SLUICE_PUBLIC_URL');
  const variables = {
    ...(lanes !== undefined && { SLUICE_LANES: lanes }),
    ...(publicUrl !== undefined && { SLUICE_PUBLIC_URL: publicUrl }),
  };
  const url = await withDeployedConfig(deployedConfig(toml, databaseId, variables), async (config) => {
    await migrateRemotely(config, terminal);
    return deployWorker(config, secrets, terminal);
  });
  if (secrets.SLUICE_TOKEN !== undefined) {
    terminal.note("The first administrator's token, shown this once:");
    terminal.out(secrets.SLUICE_TOKEN);
  }
  if (url === undefined) {
    throw new CliError(
      'failed',
      'Its address is not known: set SLUICE_URL and push the flows with `sluice flows push`.',
    );
  }
  await awaitAnswer(url);
  const api = { url, token, signal: terminal.signal };
  const directory = directoryOf(undefined, terminal);
  await publishFlows({ api, directory, terminal, mayArchive: ask(isYes, terminal) });
  return 'done';
};

const main = async (terminal: Terminal): Promise<number> => {
  try {
    const { args, flags } = readFlags(process.argv.slice(2), OPTIONS);
    if (args.length > 0)
      throw new CliError('usage', `"${args[0]}" is too much: npm run deploy -- [--dry-run] [--yes]`);
    if (flags.help === true) {
      const help = { name: 'npm run deploy --', takes: [], summary: 'Releases Sluice', options: OPTIONS };
      commandHelp({ ...help, run: () => Promise.resolve('done') }, terminal.paint).forEach(terminal.out);
      return EXIT.done;
    }
    return EXIT[
      flags['dry-run'] === true ? await dryRun(terminal) : await deploy(flags.yes === true, terminal)
    ];
  } catch (error) {
    if (terminal.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError)) throw error;
    terminal.note(`${terminal.paintNote('red', 'sluice:')} ${error.message}`);
    return EXIT[error.ending];
  }
};

process.exitCode = await main(processTerminal());
