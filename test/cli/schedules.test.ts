import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

const ask = (...line: string[]) => perform([...line, '--url', fake.url]);

const tick = (given: object = {}) => ({
  flow: 'hr/nightly',
  at: '2026-11-23T01:30:00.000Z',
  due: '2026-11-23T01:30:00.000Z',
  actual: '2026-11-23T01:30:02.000Z',
  latenessMs: 2_000,
  outcome: 'started',
  version: 3,
  run: 'run_1',
  reason: null,
  backfill: null,
  ...given,
});

const next = {
  at: '2026-11-24T01:30:00.000Z',
  local: '2026-11-24T02:30:00+01:00[Europe/Berlin]',
  due: '2026-11-24T01:30:00.000Z',
  mark: null,
};

const schedule = (given: object = {}) => ({
  flow: 'hr/nightly',
  title: null,
  status: 'active',
  flowStatus: 'enabled',
  version: 3,
  schedule: 'At 02:30 every day, Europe/Berlin time.',
  timezone: 'Europe/Berlin',
  note: null,
  by: null,
  changedAt: null,
  overdue: false,
  last: [tick()],
  next: [next],
  ...given,
});

const PATH = '/api/v1/schedules/hr%2Fnightly';

describe('sluice schedules list', () => {
  it('shows how each schedule stands, its note when it is paused', async () => {
    const items = [
      schedule({ last: tick(), next }),
      schedule({ flow: 'late', overdue: true, last: null, next: null }),
      schedule({
        flow: 'halted',
        status: 'paused',
        note: 'moving house',
        last: tick({ outcome: 'paused' }),
        next,
      }),
    ];
    fake = await fakeSluice({ 'GET /api/v1/schedules': { json: { items, next: null } } });

    const { exit, stdout } = await ask('schedules', 'list');

    expect(exit).toBe(0);
    const [, first = '', late = '', halted = ''] = stdout.split('\n');
    expect(first).toMatch(/^hr\/nightly +active .* started .*At 02:30 every day/);
    expect(late).toMatch(/^late +overdue +never/);
    expect(halted).toMatch(/^halted +paused .* paused .*moving house/);
  });
});

describe('sluice schedules show', () => {
  it('says what became of each tick, how late it was and why it did not run', async () => {
    const missed = tick({ outcome: 'missed', run: null, reason: 'nothing ran', latenessMs: 9 });
    fake = await fakeSluice({
      [`GET ${PATH}`]: { json: schedule() },
      [`GET ${PATH}/ticks`]: { json: { items: [tick(), missed], next: null } },
    });

    const { stdout } = await ask('schedules', 'show', 'hr/nightly', '--outcome', 'missed');

    expect(stdout).toMatch(/started +2\.0 s +3 +run_1/);
    expect(stdout).toMatch(/missed +3 +nothing ran/);
    expect(stdout).toContain('next (Europe/Berlin)\n  2026-11-24 02:30 +01:00');
    expect(fake.asked.at(-1)?.path).toContain('outcome=missed');
  });
});

describe('sluice schedules pause, resume, run', () => {
  it('send the note, and say how the schedule stands then', async () => {
    fake = await fakeSluice({
      [`POST ${PATH}/pause`]: { json: schedule({ status: 'paused', note: 'why not' }) },
      [`POST ${PATH}/resume`]: { json: schedule() },
    });

    expect((await ask('schedules', 'pause', 'hr/nightly', '--note', 'why not')).stdout).toBe(
      'hr/nightly paused',
    );
    expect((await ask('schedules', 'resume', 'hr/nightly')).stdout).toBe('hr/nightly active');
    expect(fake.asked.map(({ body }) => body)).toEqual([{ note: 'why not' }, {}]);
  });

  it('print the run that was started', async () => {
    const json = { id: 'run_9', flow: 'hr/nightly', version: 3, status: 'running', url: 'http://x' };
    fake = await fakeSluice({ [`POST ${PATH}/run`]: { status: 202, json } });

    expect((await ask('schedules', 'run', 'hr/nightly')).stdout).toBe('run_9 running');
  });
});

describe('sluice schedules backfill', () => {
  const answer = (id: string | null) => ({
    json: { id, flow: 'hr/nightly', overlap: 'queue', ticks: [{ ...next, version: 2, before: 'missed' }] },
  });

  it('shows the times only, unless it is told to start them', async () => {
    fake = await fakeSluice({ [`POST ${PATH}/backfill`]: answer(null) });

    const { stdout, stderr } = await ask('schedules', 'backfill', 'hr/nightly', '--from', '2026-11-01');

    expect(fake.asked[0]?.body).toEqual({ from: '2026-11-01', dry: true });
    expect(stdout).toMatch(/2026-11-24 02:30 \+01:00 +2 +missed/);
    expect(stderr).toContain('1 runs would start. Add --yes');
  });

  it('starts them with --yes', async () => {
    fake = await fakeSluice({ [`POST ${PATH}/backfill`]: answer('bkf_1') });

    const line = ['--from', '2026-11-01', '--version', '2', '--overlap', 'allow', '--again', '--yes'];
    const { stderr } = await ask('schedules', 'backfill', 'hr/nightly', ...line);

    expect(fake.asked[0]?.body).toEqual({
      from: '2026-11-01',
      version: 2,
      overlap: 'allow',
      again: true,
      dry: false,
    });
    expect(stderr).toContain('backfill bkf_1');
  });

  it.each([
    [['--version', 'last', '--from', '2026-11-01'], '--version takes then, newest or a number'],
    [[], '--from is missing'],
  ])('with %j is no use', async (line, message) => {
    fake = await fakeSluice({});

    const { exit, stderr } = await ask('schedules', 'backfill', 'hr/nightly', ...line);

    expect([exit, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(fake.asked).toEqual([]);
  });
});
