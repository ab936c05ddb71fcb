/**
 * Brings flow files into a running Sluice: the good ones are saved, the broken ones told, and of those the last good
 * version stays. One load at a time; files that change during one are seen by the next.
 */
import type { Api } from '../api.ts';
import { pushLines } from '../commands/flows-move.ts';
import { CliError } from '../exit.ts';
import { checkFiles, problemLines, pushFiles } from '../flow-calls.ts';
import { readFlowFiles } from '../flow-files.ts';
import type { Terminal } from '../terminal.ts';

export interface FlowLoader {
  /** Loads what is in the directory by now. */
  readonly load: () => Promise<void>;
}

export interface FlowLoaderPorts {
  readonly api: Api;
  readonly directory: string;
  readonly terminal: Pick<Terminal, 'note' | 'paintNote' | 'cwd'>;
}

const loadOnce = async ({ api, directory, terminal }: FlowLoaderPorts): Promise<void> => {
  const files = readFlowFiles([], directory, terminal.cwd);
  const checked = await checkFiles(api, files);
  for (const each of checked) problemLines(each, terminal.paintNote).forEach(terminal.note);
  const good = checked.filter(({ isGood }) => isGood).map(({ file }) => file);
  // A broken file must not look like one that is gone.
  const prune = good.length === files.length;
  const pushed = await pushFiles(api, good, { prune, force: true });
  const changed = pushed.filter(({ outcome }) => outcome !== 'unchanged');
  pushLines(changed, { paint: terminal.paintNote }).forEach(terminal.note);
};

export const newFlowLoader = (ports: FlowLoaderPorts): FlowLoader => {
  let running: Promise<void> | undefined;
  let isDue = false;
  const drain = async (): Promise<void> => {
    while (isDue) {
      isDue = false;
      try {
        await loadOnce(ports);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        ports.terminal.note(`${ports.terminal.paintNote('red', 'flows:')} ${error.message}`);
      }
    }
  };
  return {
    load: () => {
      isDue = true;
      running ??= drain().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};
