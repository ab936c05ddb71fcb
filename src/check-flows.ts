/** `npm run flows:check`: checks the files in flows/ without a running Sluice, as CI does. */
import { join } from 'node:path';
import { cards } from './cards.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { checkedLines, type CheckedFile } from './cli/flow-calls.ts';
import { readFlowFiles, type FlowFile } from './cli/flow-files.ts';
import { PROJECT } from './cli/project.ts';
import { processTerminal } from './cli/terminal.ts';
import type { Flow, Parsed } from './domain/flow.ts';
import { catalogueOf } from './language/catalogue.ts';
import { parseTogether, type FindFlows } from './language/parse-together.ts';
import { parseFlow } from './language/parse.ts';
import { sentenceOf } from './schedules/words.ts';

const catalogue = catalogueOf(cards);

const DIRECTORY = join(PROJECT, 'flows');

/** What is called and was not named: it lies in flows/, or nowhere. Of versions nothing is known here. */
const find: FindFlows = async (names) => {
  const files = new Map(readFlowFiles([], DIRECTORY, terminal.cwd).map((file) => [file.name, file]));
  const found = names.map((name): [string, Flow | 'unread'] | undefined => {
    const file = files.get(name.replace(/@.*/, ''));
    if (file === undefined) return undefined;
    const parsed = name.includes('@') ? undefined : parseFlow(file.name, file.text, catalogue);
    return [name, parsed?.ok === true ? parsed.flow : 'unread'];
  });
  return new Map(found.filter((entry) => entry !== undefined));
};

const told = (file: FlowFile, parsed: Parsed): CheckedFile => {
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const schedule = parsed.ok ? sentenceOf(parsed.flow) : null;
  return { file, isGood: parsed.ok, schedule, problems: problems.map((problem) => ({ ...problem })) };
};

const terminal = processTerminal();
try {
  const files = readFlowFiles(process.argv.slice(2), DIRECTORY, terminal.cwd);
  const parsed = await parseTogether(files, { catalogue, find, now: Date.now() });
  const checked = files.flatMap((file, index) => {
    const each = parsed[index];
    return each === undefined ? [] : [told(file, each)];
  });
  for (const each of checked) checkedLines(each, terminal.paint).forEach(terminal.out);
  const bad = checked.filter(({ isGood }) => !isGood).length;
  terminal.note(
    bad === 0 ? `${checked.length} flows, no errors.` : `${bad} of ${checked.length} flows have errors.`,
  );
  process.exitCode = bad === 0 ? EXIT.done : EXIT.failed;
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  terminal.note(error.message);
  process.exitCode = EXIT[error.ending];
}
