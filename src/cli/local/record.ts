/** `sluice.json` in the data directory: how the terminal finds the installation that runs on this data. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

export const RunningRecord = z.object({
  url: z.string(),
  token: z.string(),
  /** process group of the runtime; it outlives a start that was killed */
  group: z.int().positive(),
});
export type RunningRecord = z.output<typeof RunningRecord>;

/** Undefined when there is none, or none that can be read: a half-written one says nothing worth trusting. */
export const readRecord = (path: string): RunningRecord | undefined => {
  try {
    return RunningRecord.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
};

export const writeRecord = (path: string, record: RunningRecord): void => {
  // A mode given on writing counts for new files only.
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
};

export const removeRecord = (path: string): void => rmSync(path, { force: true });
