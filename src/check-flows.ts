/** `npm run flows:check`: checks the files in flows/ without a running Sluice, as CI does. */
import { join } from 'node:path';
import { cards } from './cards.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { checkedLines, type CheckedFile } from './cli/flow-calls.ts';
import { readFlowFiles, type FlowFile } from './cli/flow-files.ts';
import { PROJECT } from './cli/project.ts';
import { processTerminal } from './cli/terminal.ts';
import { catalogueOf } from './language/catalogue.ts';
import { parseFlow } from './language/parse.ts';
import { sentenceOf } from './schedules/words.ts';

const catalogue = catalogueOf(cards);

const check = (file: FlowFile): CheckedFile => {
  const parsed = parseFlow(file.name, file.text, catalogue, Date.now());
  const problems = parsed.ok ? parsed.warnings : parsed.problems;
  const schedule = parsed.ok ? sentenceOf(parsed.flow) : null;
  return { file, isGood: parsed.ok, schedule, problems: problems.map((problem) => ({ ...problem })) };
};

const terminal = processTerminal();
try {
  const checked = readFlowFiles(process.argv.slice(2), join(PROJECT, 'flows'), terminal.cwd).map(check);
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
