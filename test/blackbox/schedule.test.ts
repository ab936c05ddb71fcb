/** SIGKILL across ticks: the ledger of a real installation explains every minute, and each minute has one run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tickOver } from '../../src/cli/local/ticker.ts';
import { endAll, scratch, start, until, type Installation, type Scratch } from './installation.ts';

const MINUTE = 60_000;
/** How long after a tick was sent everything is killed: before, while and after it works. */
const KILLS_MS = [2, 25, 120];

const EVERY_MINUTE = `title: Each minute
trigger: { kind: schedule, cron: "* * * * *", missed: all, overlap: allow }
steps: [{ return: { at: "\${{ schedule.at }}" } }]
`;

interface Line {
  readonly at: string;
  readonly outcome: string;
  readonly run: string | null;
}

let place: Scratch;
beforeEach(() => {
  place = scratch();
  writeFileSync(join(place.flows, 'minutely.yaml'), EVERY_MINUTE);
});
afterEach(() => {
  endAll();
  place.remove();
});

const ask = async <T>({ url, token }: Installation, path: string): Promise<T> => {
  const answer = await fetch(`${url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  expect(answer.status, path).toBe(200);
  // As this version of the API answers.
  return (await answer.json()) as T;
};

const ledger = async (local: Installation): Promise<readonly Line[]> => {
  const { items } = await ask<{ items: readonly Line[] }>(local, '/schedules/minutely/ticks?limit=200');
  return items.toReversed();
};

const open = async (): Promise<Installation> => start(place, ['--no-tick']);

describe('an installation that is killed across ticks', { timeout: 240_000 }, () => {
  it('has one line for every minute, and one run for every line', async () => {
    let local = await open();
    const { items } = await until('the schedule', async () => {
      const found = await ask<{ items: readonly unknown[] }>(local, '/schedules');
      return found.items.length > 0 ? found : undefined;
    });
    expect(items).toHaveLength(1);
    // A time of the test's own, later than that of the machine, which then plays no part.
    const first = Math.ceil(Date.now() / MINUTE) * MINUTE + MINUTE;
    let minute = first;

    for (const afterMs of KILLS_MS) {
      await tickOver(local.url)((minute += MINUTE));
      const dying = tickOver(local.url)((minute += MINUTE)).catch(() => undefined);
      await sleep(afterMs);
      await local.kill();
      await dying;
      local = await open();
    }
    await tickOver(local.url)((minute += MINUTE));
    await tickOver(local.url)(minute);

    const book = await until(
      'the end of every tick',
      async () => {
        const lines = await ledger(local);
        return lines.every(({ outcome }) => outcome === 'started') ? lines : undefined;
      },
      { told: local.output },
    );
    const times = book.map(({ at }) => Date.parse(at)).filter((at) => at >= first);
    const expected = Array.from(
      { length: (minute - first) / MINUTE + 1 },
      (_, step) => first + step * MINUTE,
    );
    expect(times).toEqual(expected);
    expect(new Set(book.map(({ run }) => run))).toHaveLength(book.length);
    const runs = await until('the history', async () => {
      const found = await ask<{ items: readonly { readonly id: string }[] }>(
        local,
        '/runs?flow=minutely&limit=200',
      );
      return found.items.length >= book.length ? found.items : undefined;
    });
    expect(new Set(runs.map(({ id }) => id))).toEqual(new Set(book.map(({ run }) => run)));
  });
});
