/** Watches the flow files. Editors write in several steps, so a change is told once it has been quiet for a moment. */
import { mkdirSync, watch } from 'node:fs';
import { isFlowFile } from '../flow-files.ts';

const QUIET_MS = 80;

/** Calls back after changes below the directory, which is made when it is missing. Returns how to stop. */
export const watchFlows = (directory: string, changed: () => void): (() => void) => {
  mkdirSync(directory, { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(directory, { recursive: true }, (_, file) => {
    // A folder that was moved in or away tells of itself only.
    if (file !== null && /\.[^/\\]*$/.test(file) && !isFlowFile(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  });
  // A folder that vanishes while it is being watched is told as an error; its files are gone all the same.
  watcher.on('error', changed);
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
};
