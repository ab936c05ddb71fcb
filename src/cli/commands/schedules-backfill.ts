/** `sluice schedules backfill`: starts runs for times that have passed, once it was seen which ones. */
import * as z from 'zod';
import { When } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { schedulePath, wall } from '../schedule-answers.ts';
import { drawTable } from '../table.ts';

const Backfilled = z.looseObject({
  id: z.string().nullable(),
  ticks: z.array(
    z.looseObject({ at: When, local: z.string(), version: z.number(), before: z.string().nullable() }),
  ),
});

const versionOf = (given: string): string | number => {
  if (given === 'then' || given === 'newest') return given;
  const version = Number(given);
  if (Number.isInteger(version) && version >= 1) return version;
  throw new CliError('usage', `--version takes then, newest or a number, not "${given}".`);
};

export const schedulesBackfill = command({
  name: 'schedules backfill',
  summary: 'starts runs for times that have passed; without --yes it shows them only',
  takes: ['<flow>'],
  options: {
    from: { type: 'string', value: 'DATE', help: "from then on, in the schedule's zone" },
    to: { type: 'string', value: 'DATE', help: 'up to then (now)' },
    version: {
      type: 'string',
      value: 'WHICH',
      help: "then: in force at each time; newest; or a version's number (then)",
    },
    overlap: { type: 'string', value: 'WORD', help: 'queue skip allow cancel-previous (queue)' },
    again: { type: 'boolean', help: 'times that have had their run too' },
    yes: { type: 'boolean', help: 'start them' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const { from, to, overlap, again, yes = false } = flags;
    if (from === undefined) throw new CliError('usage', '--from is missing: when does the span begin?');
    const version = flags.version === undefined ? undefined : versionOf(flags.version);
    const body = { from, to, version, overlap, again, dry: !yes };
    const path = schedulePath(args[0] ?? '', '/backfill');
    const { id, ticks, ...rest } = await askApi(api, path, { method: 'POST', body, gives: Backfilled });
    if (isJson) {
      terminal.out(JSON.stringify({ id, ticks, ...rest }));
      return 'done';
    }
    const rows = ticks.map((tick) => [wall(tick.local), String(tick.version), tick.before ?? '']);
    if (rows.length > 0)
      drawTable(['TIME', 'VERSION', 'SO FAR'], rows, terminal.columns).forEach(terminal.out);
    if (ticks.length === 0) terminal.note('There is nothing to fill in.');
    else if (id === null) terminal.note(`${ticks.length} runs would start. Add --yes to start them.`);
    else terminal.note(`${ticks.length} runs start as backfill ${id}.`);
    return 'done';
  },
});
