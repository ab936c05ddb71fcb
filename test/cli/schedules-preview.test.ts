import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

const PREVIEW = 'POST /api/v1/schedules/preview';
const TEXT =
  'trigger: { kind: schedule, cron: "30 2 * * *", timezone: Europe/Berlin }\nsteps: [{ stop: x }]\n';

let cwd = '';
let fake: FakeSluice;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  mkdirSync(join(cwd, 'flows/hr'), { recursive: true });
  writeFileSync(join(cwd, 'flows/hr/nightly.yaml'), TEXT);
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await fake.close();
});

const sluice = (...line: string[]) => perform([...line, '--url', fake.url], { cwd, project: cwd });

const time = (at: string, local: string, mark: string | null = null) => ({ at, local, due: at, mark });
const shown = {
  flow: 'hr/nightly',
  schedule: 'At 02:30 every day, Europe/Berlin time.',
  timezone: 'Europe/Berlin',
  times: [
    time('2027-03-27T01:30:00.000Z', '2027-03-27T02:30:00+01:00[Europe/Berlin]'),
    time('2027-03-28T01:00:00.000Z', '2027-03-28T03:00:00+02:00[Europe/Berlin]', 'gap'),
  ],
  changes: [{ at: '2027-03-28T01:00:00.000Z', kind: 'gap', affects: true, message: 'The clocks go forward' }],
  warnings: [
    { severity: 'warning', path: 'trigger.cron', code: 'x', message: 'Mind the gap', line: 1, column: 34 },
  ],
};

describe('sluice schedules preview', () => {
  it('shows times in the zone and in UTC, with what the clocks do between them', async () => {
    fake = await fakeSluice({ [PREVIEW]: { json: shown } });

    const { exit, stdout, stderr } = await sluice('schedules', 'preview', 'flows/hr/nightly.yaml');

    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'At 02:30 every day, Europe/Berlin time.',
      'EUROPE/BERLIN                UTC',
      'Sat 2027-03-27 02:30 +01:00  2027-03-27 01:30',
      'The clocks go forward',
      'Sun 2027-03-28 03:00 +02:00  2027-03-28 01:00  moved: its time does not exist that day',
    ]);
    expect(stderr).toBe('flows/hr/nightly.yaml:1 warning: Mind the gap');
  });

  it('sends the file under the name of its flow', async () => {
    fake = await fakeSluice({ [PREVIEW]: { json: shown } });

    await sluice('schedules', 'preview', 'flows/hr/nightly.yaml', '--count', '5', '--from', '2027-03-27');

    expect(fake.asked[0]?.body).toEqual({ name: 'hr/nightly', text: TEXT, count: 5, from: '2027-03-27' });
  });

  it('has a column for when each time starts, where there is a spread', async () => {
    const times = shown.times.map((one) => ({ ...one, due: one.at.replace('T01:', 'T02:') }));
    fake = await fakeSluice({ [PREVIEW]: { json: { ...shown, times, changes: [] } } });

    const { stdout } = await sluice('schedules', 'preview', 'flows/hr/nightly.yaml');

    expect(stdout.split('\n').slice(1, 3)).toEqual([
      'EUROPE/BERLIN                UTC               STARTS (UTC)',
      'Sat 2027-03-27 02:30 +01:00  2027-03-27 01:30  2027-03-27 02:30',
    ]);
  });

  it.each([
    [['flows'], /is not one flow file/],
    [['flows/hr/nightly.yaml', '--count', '0'], /--count is a whole number from 1 to 200/],
  ])('refuses %j', async (line, message) => {
    fake = await fakeSluice({});
    writeFileSync(join(cwd, 'flows/other.yaml'), TEXT);

    const { exit, stderr } = await sluice('schedules', 'preview', ...line);

    expect(exit).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('passes on with --json what was sent', async () => {
    fake = await fakeSluice({ [PREVIEW]: { json: shown } });

    const { stdout } = await sluice('schedules', 'preview', 'flows/hr/nightly.yaml', '--json');

    expect(JSON.parse(stdout)).toEqual(shown);
  });
});

describe('sluice flows check', () => {
  it('prints what the schedule of a flow does', async () => {
    const json = { files: [{ name: 'hr/nightly', ok: true, problems: [], schedule: shown.schedule }] };
    fake = await fakeSluice({ 'POST /api/v1/flows/check': { json } });

    const { stdout } = await sluice('flows', 'check');

    expect(stdout).toBe('flows/hr/nightly.yaml: At 02:30 every day, Europe/Berlin time.');
  });
});
