/** The calls about flows that several parts of the terminal make: names in addresses, check, push. */
import * as z from 'zod';
import { Problems } from './answers.ts';
import { askApi, type Api } from './api.ts';
import type { FlowFile } from './flow-files.ts';
import { oneLine } from './table.ts';
import type { Paint } from './terminal.ts';

/** A flow's name is one segment of an address, slashes encoded. */
export const flowPath = (name: string, rest = ''): string =>
  `/api/v1/flows/${encodeURIComponent(name)}${rest}`;

const Checked = z.object({
  files: z.array(z.looseObject({ name: z.string(), problems: Problems, schedule: z.string().nullish() })),
});

export interface CheckedFile {
  readonly file: FlowFile;
  readonly problems: Problems;
  /** what its schedule does, in a sentence */
  readonly schedule: string | null;
  readonly isGood: boolean;
}

const bodyOf = (files: readonly FlowFile[]) => files.map(({ name, text }) => ({ name, text }));

export const checkFiles = async (api: Api, files: readonly FlowFile[]): Promise<CheckedFile[]> => {
  if (files.length === 0) return [];
  const body = { files: bodyOf(files) };
  const answer = await askApi(api, '/api/v1/flows/check', { method: 'POST', body, gives: Checked });
  return files.map((file) => {
    const found = answer.files.find(({ name }) => name === file.name);
    const problems = found?.problems ?? [];
    return {
      file,
      problems,
      schedule: found?.schedule ?? null,
      isGood: problems.every(({ severity }) => severity === 'warning'),
    };
  });
};

/** `flows/hello.yaml:3:5 error: There is no card "text.uper"`, as editors and terminals make links of. */
export const problemLines = ({ file, problems }: CheckedFile, paint: Paint): string[] =>
  problems.map(({ severity, line = 1, column = 1, message, path }) => {
    const word = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
    const where = path === '' ? '' : paint('dim', ` (${path})`);
    return `${file.path}:${line}:${column} ${word}: ${oneLine(message)}${where}`;
  });

/** `flows/nightly.yaml: Every day at 02:00, UTC.`, then its problems. */
export const checkedLines = (checked: CheckedFile, paint: Paint): string[] => {
  const { file, schedule } = checked;
  const sentence = schedule === null ? [] : [`${file.path}: ${oneLine(schedule)}`];
  return [...sentence, ...problemLines(checked, paint)];
};

const Pushed = z.object({
  flows: z.array(z.looseObject({ name: z.string(), outcome: z.string(), version: z.number().nullish() })),
});
export type Pushed = z.output<typeof Pushed>['flows'];

export interface Push {
  /** archive flows that came from files and are not among these */
  readonly prune?: boolean | undefined;
  /** take over flows that were written by the API */
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Saves all files or none. */
export const pushFiles = async (api: Api, files: readonly FlowFile[], how: Push): Promise<Pushed> => {
  const { prune = false, force = false, dryRun = false } = how;
  const body = { files: bodyOf(files), prune, force, dryRun };
  const answer = await askApi(api, '/api/v1/flows/push', { method: 'POST', body, gives: Pushed });
  return answer.flows;
};
