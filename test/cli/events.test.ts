import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

const ask = (...line: string[]) => perform([...line, '--url', fake.url]);

const event = (given: object = {}) => ({
  id: 'evt_1',
  source: 'okta',
  sourceId: 'u1',
  type: 'user.session.start',
  subject: 'ana@example.com',
  time: null,
  acceptedAt: '2026-11-23T11:00:00.000Z',
  closedAt: '2026-11-23T11:00:01.000Z',
  verdicts: [
    { flow: 'audit', verdict: 'not_matched', at: '2026-11-23T11:00:01.000Z', run: null, reason: 'Its type' },
    { flow: 'alert', verdict: 'started', at: '2026-11-23T11:00:01.000Z', run: 'run_1', reason: null },
  ],
  actor: null,
  headers: { 'user-agent': 'Okta' },
  raw: '{"uuid":"u1"}',
  ...given,
});

describe('sluice events list', () => {
  it('shows what became of each event, the run that was started first', async () => {
    fake = await fakeSluice({ 'GET /api/v1/events': { json: { items: [event()], next: null } } });

    const { exit, stdout } = await ask('events', 'list');

    expect(exit).toBe(0);
    expect(stdout).toMatch(/evt_1 +okta +user\.session\.start .* started alert \+1 +ana@example\.com/);
  });

  it('asks with every filter, a type as often as it is given', async () => {
    fake = await fakeSluice({ 'GET /api/v1/events': { json: { items: [], next: null } } });

    const chosen =
      'events list --source okta --type user.* --type group.* --subject ana --verdict error --flow alert';
    await ask(...`${chosen} --since 2h --until 1h --limit 5`.split(' '));

    expect([...new URL(fake.asked[0]?.path ?? '', fake.url).searchParams]).toEqual([
      ['source', 'okta'],
      ['type', 'user.*'],
      ['type', 'group.*'],
      ['subject', 'ana'],
      ['verdict', 'error'],
      ['flow', 'alert'],
      ['from', '2026-11-23T10:00:00.000Z'],
      ['to', '2026-11-23T11:00:00.000Z'],
      ['limit', '5'],
    ]);
  });

  it.each([
    [['--since', 'monday'], '--since takes'],
    [['--until', 'monday'], '--until takes'],
    [['--limit', '0'], '--limit takes'],
    [['--sorce', 'okta'], 'Did you mean --source?'],
  ])('%j is a mistake', async (flags, message) => {
    fake = await fakeSluice({});

    expect(await ask('events', 'list', ...flags)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(message) as unknown,
    });
  });
});

describe('sluice events show', () => {
  it('shows what was sent, laid out, with every verdict and why', async () => {
    const raw = `{"uuid":"u1","actor":{"displayName":"Ada Admin","alternateId":"ada@example.com","id":"00u1"}}`;
    fake = await fakeSluice({ 'GET /api/v1/events/evt_1': { json: event({ raw }) } });

    const { stdout } = await ask('events', 'show', 'evt_1');

    expect(stdout).toContain('  alert  started  run_1');
    expect(stdout).toContain('  audit  not matched  Its type');
    expect(stdout).toContain('\n  "actor": {\n    "displayName"');
    expect((await ask('events', 'show', 'evt_1', '--raw')).stdout).toContain(raw);
  });

  it('lets nothing that was sent steer the terminal', async () => {
    fake = await fakeSluice({
      'GET /api/v1/events/evt_1': { json: event({ raw: 'a\u001b[2Jb', subject: '\u001b[31m' }) },
    });

    expect((await ask('events', 'show', 'evt_1')).stdout).not.toContain('\u001b');
  });
});

const verdict = {
  flow: 'alert',
  verdict: 'started',
  at: '2026-11-23T11:00:01.000Z',
  run: 'run_2',
  reason: null,
};

describe('sluice events replay', () => {
  it('starts new runs of one event', async () => {
    const json = { replay: 'rpl_1', event: 'evt_1', verdicts: [verdict] };
    fake = await fakeSluice({ 'POST /api/v1/events/evt_1/replay': { json } });

    const { exit, stdout } = await ask('events', 'replay', 'evt_1', '--flow', 'alert');

    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'alert  started  run_2' });
    expect(fake.asked[0]?.body).toEqual({ flow: 'alert' });
  });

  it('goes through all that are chosen, part by part, as one replay', async () => {
    const part = { replay: 'rpl_1', events: 2, started: 1, items: [{ event: 'evt_1', verdicts: [verdict] }] };
    fake = await fakeSluice({
      'POST /api/v1/events/replay': [{ json: { ...part, next: 'more' } }, { json: { ...part, next: null } }],
    });

    const { stdout, stderr } = await ask(
      'events',
      'replay',
      '--source',
      'okta',
      '--had',
      'alert',
      '--verdict',
      'error',
    );

    expect(stdout).toBe('4 events replayed, 2 runs started.');
    expect(stderr).toContain('Replay rpl_1');
    const filter = { source: 'okta', verdict: ['error'], flow: 'alert' };
    expect(fake.asked.map(({ body }) => body)).toEqual([
      { filter, dry: false },
      { filter, dry: false, replay: 'rpl_1', cursor: 'more' },
    ]);
  });

  it('counts with --dry', async () => {
    const json = { replay: null, events: 7, started: 0, items: [], next: null };
    fake = await fakeSluice({ 'POST /api/v1/events/replay': { json } });

    expect((await ask('events', 'replay', '--since', '1h', '--dry')).stdout).toBe(
      '7 events would be replayed.',
    );
  });

  it.each([[[]], [['evt_1', '--source', 'okta']], [['evt_1', '--dry']]])('%j is a mistake', async (line) => {
    fake = await fakeSluice({});

    expect((await ask('events', 'replay', ...line)).exit).toBe(2);
    expect(fake.asked).toEqual([]);
  });
});

describe('sluice events test', () => {
  it('sends the file, and says which events would start it and why not the others', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    writeFileSync(join(cwd, 'alert.yaml'), 'trigger: …');
    const line = { id: 'evt_1', type: 'user.a', subject: 'ana', acceptedAt: '2026-11-23T11:00:00.000Z' };
    const items = [
      { ...line, starts: true, verdict: null, reason: null },
      { ...line, id: 'evt_2', starts: false, verdict: 'filtered', reason: 'where is not true' },
    ];
    fake = await fakeSluice({
      'POST /api/v1/events/test': { json: { source: 'okta', tested: 2, starts: 1, items } },
    });

    const { exit, stdout } = await perform(
      ['events', 'test', 'alert.yaml', '--limit', '50', '--url', fake.url],
      { cwd },
    );
    rmSync(cwd, { recursive: true });

    expect(exit).toBe(0);
    expect(fake.asked[0]?.body).toEqual({ name: 'alert', text: 'trigger: …', limit: 50 });
    expect(stdout).toMatch(/evt_1 .* starts +ana/);
    expect(stdout).toMatch(/evt_2 .* filtered +where is not true/);
    expect(stdout).toContain('1 of the last 2 events of "okta" would start it.');
  });
});
