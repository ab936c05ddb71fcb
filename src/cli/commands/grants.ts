/** `sluice grants list|add|end`: who may run a delegated flow besides those its trigger allows. */
import * as z from 'zod';
import { Anything, msOf, When } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readList } from '../page.ts';
import { clock, drawTable, oneLine } from '../table.ts';

const Grant = z.looseObject({
  id: z.string(),
  flow: z.string(),
  who: z.string(),
  reason: z.string(),
  until: When.nullable(),
  active: z.boolean(),
});
type Grant = z.output<typeof Grant>;

const standOf = ({ active, until }: Grant): string => {
  if (!active) return 'ended';
  return until === null ? 'for good' : `until ${clock(msOf(until))}`;
};

export const grantsList = command({
  name: 'grants list',
  summary: 'who was given which form, and for how long',
  takes: [],
  options: {
    flow: { type: 'string', value: 'NAME', help: 'only those of this flow' },
    who: { type: 'string', value: 'WHO', help: 'only those of an address, group:… or domain:…' },
    active: { type: 'boolean', help: 'only those that count now' },
  },
  run: async ({ api, terminal, flags, isJson }) => {
    const { flow, who, active } = flags;
    const query = { flow, who, active: active === true ? 'true' : undefined };
    const found = await readList(api, '/api/v1/grants', { item: Grant, query });
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('There are no such grants.');
    else {
      const rows = found.map((grant) => [
        grant.id,
        grant.flow,
        oneLine(grant.who),
        standOf(grant),
        oneLine(grant.reason),
      ]);
      drawTable(['GRANT', 'FLOW', 'WHO', 'STANDS', 'REASON'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

/** A day ends with its last second, in the zone of the person at the terminal. */
const endOf = (until: string): string => {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(until);
  const at = Date.parse(isDay ? `${until}T23:59:59` : until);
  if (Number.isNaN(at)) {
    throw new CliError('usage', `--until ${until} is no time: write 2026-12-31 or 2026-12-31T18:00.`);
  }
  return new Date(at).toISOString();
};

export const grantsAdd = command({
  name: 'grants add',
  summary: 'lets somebody run a delegated flow',
  takes: ['<flow>', '<who>'],
  options: {
    reason: { type: 'string', value: 'TEXT', help: 'why; everybody who lists the grants can read it' },
    until: { type: 'string', value: 'TIME', help: 'when it ends, as 2026-12-31 or 2026-12-31T18:00' },
  },
  notes: ['WHO is an address, group:<name> or domain:<host>.'],
  run: async ({ api, terminal, args, flags, isJson }) => {
    const [flow, who] = args;
    const { reason, until } = flags;
    if (reason === undefined) throw new CliError('usage', 'Say why, with --reason: the record asks for it.');
    const body = { flow, who, reason, until: until === undefined ? undefined : endOf(until) };
    const grant = await askApi(api, '/api/v1/grants', { method: 'POST', body, gives: Grant });
    if (isJson) terminal.out(JSON.stringify(grant));
    else {
      terminal.note(`${oneLine(grant.who)} may run ${grant.flow}, ${standOf(grant)}:`);
      terminal.out(grant.id);
    }
    return 'done';
  },
});

export const grantsEnd = command({
  name: 'grants end',
  summary: 'ends a grant; runs under way go on',
  takes: ['<grant-id>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [id = ''] = args;
    await askApi(api, `/api/v1/grants/${encodeURIComponent(id)}`, { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ ended: id }));
    else terminal.note(`Grant ${id} has ended.`);
    return 'done';
  },
});
