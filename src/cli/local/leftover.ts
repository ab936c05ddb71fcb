/**
 * What a killed start left behind. The runtime outlives a SIGKILL of its parent and keeps the port, so the next start
 * looks up its process group and ends it; but only after a look at the command lines, for numbers are used again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sep } from 'node:path';
import { CliError } from '../exit.ts';
import { killGroup, listProcesses, type Process } from './processes.ts';
import { readRecord, removeRecord } from './record.ts';

/** What a runtime consists of: itself, and the tools it starts, wherever those are installed. */
const OURS = /[/\\](?:cli[/\\]runtime\.ts|workerd|esbuild)(?:\.exe)?(?:\s|$)/;
const START = `cli${sep}start.ts`;

export type Leftover =
  | { readonly found: 'nothing' }
  | { readonly found: 'killed'; readonly group: number }
  | { readonly found: 'running'; readonly pid: number }
  | { readonly found: 'stranger'; readonly command: string };

/** What the recorded group is by now, in a list of all processes. */
export const judge = (group: number, processes: readonly Process[]): Leftover => {
  const members = processes.filter((process) => process.group === group);
  if (members.length === 0) return { found: 'nothing' };
  const stranger = members.find(({ command }) => !OURS.test(command));
  if (stranger !== undefined) return { found: 'stranger', command: stranger.command };
  const leader = members.find((member) => member.pid === group);
  const start = processes.find(({ pid }) => leader !== undefined && pid === leader.parent);
  if (start?.command.includes(START) === true) return { found: 'running', pid: start.pid };
  return { found: 'killed', group };
};

const hasEnded = async (group: number, withinMs: number): Promise<boolean> => {
  for (let waited = 0; waited < withinMs; waited += 20) {
    if (!listProcesses().some((process) => process.group === group)) return true;
    await sleep(20);
  }
  return false;
};

/** Returns whether there was something to end. Refuses when another start is alive on the same data. */
export const endLeftover = async (recordPath: string): Promise<boolean> => {
  const record = readRecord(recordPath);
  if (record === undefined) return false;
  const leftover = judge(record.group, listProcesses());
  if (leftover.found === 'running') {
    throw new CliError(
      'refused',
      `Sluice already runs on this data, at ${record.url} (process ${leftover.pid}).\n` +
        `Stop it first, or start another one with --data DIR and --port N.`,
    );
  }
  if (leftover.found === 'killed') {
    killGroup(leftover.group);
    if (!(await hasEnded(leftover.group, 5_000))) {
      throw new CliError(
        'failed',
        `The runtime of a killed start does not end: end process group ${leftover.group}.`,
      );
    }
  }
  removeRecord(recordPath);
  return leftover.found === 'killed';
};
