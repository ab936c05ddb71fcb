// Stands for wrangler in tests: notes each call with the secrets file it names, and answers from a table.
import { appendFileSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const { log, answers } = JSON.parse(readFileSync(process.env.FAKE_WRANGLER, 'utf8'));
const fileAfter = (flag) =>
  args.includes(flag) ? readFileSync(args[args.indexOf(flag) + 1], 'utf8') : undefined;
const call = { args, secrets: fileAfter('--secrets-file'), config: fileAfter('--config') };

const before = (() => {
  try {
    return readFileSync(log, 'utf8').trim().split('\n').map(JSON.parse);
  } catch {
    return [];
  }
})();
appendFileSync(log, `${JSON.stringify(call)}\n`);

const line = args.join(' ');
const entry = Object.entries(answers).find(([start]) => line.startsWith(start));
const times = before.filter((each) => entry && each.args.join(' ').startsWith(entry[0])).length;
const answer =
  entry === undefined
    ? {}
    : Array.isArray(entry[1])
      ? entry[1][Math.min(times, entry[1].length - 1)]
      : entry[1];
process.stdout.write(answer.out ?? '');
process.stderr.write(answer.err ?? '');
process.exitCode = answer.code ?? 0;
