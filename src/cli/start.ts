/**
 * `npm start`: a whole Sluice on this machine. Secrets, the end of what a killed start left, migrations, the runtime,
 * the flows in flows/ and their watch, and the tick of each minute.
 */
import { mkdirSync } from 'node:fs';
import { EXIT, CliError } from './exit.ts';
import { commandHelp } from './help.ts';
import { newFlowLoader } from './local/flow-loader.ts';
import { endLeftover } from './local/leftover.ts';
import { migrateLocally } from './local/migrations.ts';
import { START_OPTIONS, startOptions, type StartOptions } from './local/options.ts';
import { claimPort } from './local/port.ts';
import { removeRecord, writeRecord } from './local/record.ts';
import { startRuntime, type Runtime } from './local/runtime-process.ts';
import { keepSecrets } from './local/secrets.ts';
import { startTicker, tickOver } from './local/ticker.ts';
import { watchFlows } from './local/watch.ts';
import { setting } from './project.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Of the people whom the development sign-in offers. */
const MADE_UP_ROLES = {
  administrator: ['sluice-administrators'],
  operator: ['sluice-operators'],
  author: ['sluice-authors'],
  auditor: ['sluice-auditors'],
} as const;

interface Local {
  readonly runtime: Runtime;
  readonly token: string;
}

/** Everything up to the first answer. */
const startLocal = async ({ data, port }: StartOptions, { env, note }: Terminal): Promise<Local> => {
  mkdirSync(data.path, { recursive: true });
  const secrets = keepSecrets(data.secrets);
  if (await endLeftover(data.record)) note('Ended the runtime that a killed start had left.');
  const free = await claimPort(port);
  if (await migrateLocally(data, env)) note('The database is up to date.');
  const token = setting(env, 'SLUICE_TOKEN') ?? secrets.SLUICE_TOKEN ?? '';
  const roles = setting(env, 'SLUICE_ROLES') ?? secrets.SLUICE_ROLES ?? JSON.stringify(MADE_UP_ROLES);
  const variables = { SLUICE_TOKEN: token, SLUICE_ALLOW_LOOPBACK: 'true', SLUICE_ROLES: roles };
  const runtime = await startRuntime(
    { port: free, persist: data.path, secrets: data.secrets, variables },
    env,
  );
  writeRecord(data.record, { url: runtime.url, token, group: runtime.group });
  return { runtime, token };
};

const greet = ({ runtime, token }: Local, startedAt: number, { out, paint, now }: Terminal): void => {
  out('');
  out(
    `  ${paint('bold', 'Sluice')}  ${paint('cyan', runtime.url)}  ${paint('dim', `after ${now() - startedAt} ms`)}`,
  );
  out(`  token   ${token}`);
  out(paint('dim', '  Flows are loaded from flows/ and again whenever you save one. Ctrl-C stops.'));
  out('');
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Serves until somebody stops it, or the runtime ends by itself. */
const serve = async (options: StartOptions, terminal: Terminal, local: Local): Promise<number> => {
  const { runtime, token } = local;
  const loader = newFlowLoader({
    api: { url: runtime.url, token, signal: terminal.signal },
    directory: options.flows,
    terminal,
  });
  const unwatch = watchFlows(options.flows, () => void loader.load());
  const ticker = options.ticks
    ? startTicker({
        now: terminal.now,
        later: (call, ms) => {
          const timer = setTimeout(call, ms);
          return () => clearTimeout(timer);
        },
        tick: tickOver(runtime.url),
        complain: terminal.note,
      })
    : undefined;
  await loader.load();
  const end = await Promise.race([runtime.ended, untilAborted(terminal.signal)]);
  unwatch();
  ticker?.stop();
  await runtime.stop();
  if (end === undefined) return EXIT.done;
  terminal.note(end);
  return EXIT.failed;
};

const main = async (terminal: Terminal): Promise<number> => {
  const startedAt = terminal.now();
  try {
    const options = startOptions(process.argv.slice(2), terminal.env, terminal.cwd);
    if (options.wantsHelp) {
      const help = {
        name: 'npm start --',
        takes: [],
        summary: 'Sluice on this machine',
        options: START_OPTIONS,
      };
      commandHelp({ ...help, run: () => Promise.resolve('done') }, terminal.paint).forEach(terminal.out);
      return EXIT.done;
    }
    const local = await startLocal(options, terminal);
    greet(local, startedAt, terminal);
    try {
      return await serve(options, terminal, local);
    } finally {
      removeRecord(options.data.record);
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    terminal.note(`${terminal.paintNote('red', 'sluice:')} ${error.message}`);
    return EXIT[error.ending];
  }
};

// However this process ends, the runtime does too: it watches the channel between them.
process.exit(await main(processTerminal(['SIGINT', 'SIGTERM', 'SIGHUP'])));
