import { afterEach, describe, expect, it } from 'vitest';
import { hashOfLine, NO_HASH } from '../../src/domain/audit.ts';
import type { HashedLine } from '../../src/domain/audit.ts';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

const ask = (...line: string[]) => perform([...line, '--url', fake.url]);

const chain = async (...actions: string[]): Promise<HashedLine[]> => {
  const lines: HashedLine[] = [];
  for (const [at, action] of actions.entries()) {
    const line = {
      seq: at + 1,
      id: `aud_${at}`,
      at: '2026-11-24T12:00:00.000Z',
      actor: { kind: 'person', id: 'idp|ada', name: 'Ada' },
      action,
      target: 'hr/onboard',
      outcome: 'done',
      detail: {},
      previous: lines.at(-1)?.hash ?? NO_HASH,
    } as const;
    lines.push({ ...line, hash: await hashOfLine(line) });
  }
  return lines;
};

const exporting = (lines: readonly HashedLine[], end = '\n') =>
  fakeSluice({
    'GET /api/v1/audit': {
      text: lines.map((line) => JSON.stringify(line)).join('\n') + end,
      type: 'application/x-ndjson',
    },
  });

describe('sluice audit', () => {
  it('lists who did what', async () => {
    const [line] = await chain('flows.put');
    fake = await fakeSluice({ 'GET /api/v1/audit': { json: { items: [line], next: null } } });

    const { stdout } = await ask('audit', '--action', 'flows.put', '--since', '1d');

    expect(stdout).toMatch(/WHEN +WHO +WHAT +TO/);
    expect(stdout).toMatch(/Ada +flows\.put +hr\/onboard/);
    expect(fake.asked[0]?.path).toContain('action=flows.put');
  });

  it('exports the lines as they are sent', async () => {
    const lines = await chain('a', 'b');
    fake = await exporting(lines);

    const { stdout } = await ask('audit', '--export');

    expect(stdout).toBe(lines.map((line) => JSON.stringify(line)).join('\n'));
  });
});

describe('sluice audit --verify', () => {
  it('says that the log holds, and the newest hash', async () => {
    const lines = await chain('a', 'b', 'c');
    fake = await exporting(lines);

    const { exit, stdout } = await ask('audit', '--verify');

    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: `The audit log holds: 3 lines, the newest has the hash ${lines[2]?.hash}.`,
    });
  });

  it.each<[string, (lines: HashedLine[]) => HashedLine[], string]>([
    [
      'was left out',
      ([first, , third]) => [first, third].flatMap((line) => line ?? []),
      'something was left out',
    ],
    ['was changed', (lines) => lines.map((line) => ({ ...line, target: 'x' })), 'line 1 was changed'],
    ['is missing at the beginning', (lines) => lines.slice(1), 'the log begins with line 2'],
  ])('says which line %s', async (_, harm, fault) => {
    fake = await exporting(harm(await chain('a', 'b', 'c')));

    const { exit, stderr } = await ask('audit', '--verify');

    expect(exit).toBe(1);
    expect(stderr).toContain(fault);
  });

  it('does not take a broken export for a whole one', async () => {
    fake = await exporting(await chain('a'), '\n{"seq":2');

    expect((await ask('audit', '--verify')).exit).toBe(1);
  });
});
