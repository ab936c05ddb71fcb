/** SIGKILL to everything in the middle of runs: nothing that was accepted is lost, nothing happens twice that must not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endAll, scratch, start, until, type Installation, type Scratch } from './installation.ts';
import { openSink, type Sink } from './sink.ts';

const RUNS = 30;
const KILLS = 2;

/** PUT may be repeated, POST must not: two of each, with a pure step and a wait between them. */
const flowTo = (sink: string): string => `title: Effects
trigger: { kind: api, auth: public, reply: accept }
inputs:
  n: { type: integer }
steps:
  - card: http.request
    with: { method: PUT, url: "${sink}/safe/\${{ inputs.n }}/1" }
  - card: http.request
    with: { method: POST, url: "${sink}/once/\${{ inputs.n }}/1" }
  - id: name
    card: text.upperCase
    with: { text: done }
  - wait: { for: 300ms }
  - card: http.request
    with: { method: PUT, url: "${sink}/safe/\${{ inputs.n }}/2" }
  - card: http.request
    with: { method: POST, url: "${sink}/once/\${{ inputs.n }}/2" }
  - return: { said: "\${{ steps.name.text }}" }
`;

interface Seen {
  readonly id: string;
  readonly status: string;
  readonly waiting: { readonly inDoubt: readonly string[] } | null;
}

let place: Scratch;
let sink: Sink;
beforeEach(async () => {
  place = scratch();
  sink = await openSink(40);
  writeFileSync(join(place.flows, 'effects.yaml'), flowTo(sink.url));
});
afterEach(async () => {
  endAll();
  await sink.close();
  place.remove();
});

/** Ids of the runs that were accepted; a caller whose answer got lost has no promise. */
const acceptRuns = async ({ url }: Installation, from: number, count: number): Promise<string[]> => {
  const accepted = Array.from({ length: count }, async (_, at) => {
    await sleep(at * 15);
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ n: from + at });
    const answer = await fetch(`${url}/invoke/effects`, { method: 'POST', headers, body }).catch(
      () => undefined,
    );
    if (answer?.status !== 202) return [];
    const text = await answer.text().catch(() => '');
    return /run_[0-9a-z]{26}/.exec(text)?.slice(0, 1) ?? [];
  });
  return (await Promise.all(accepted)).flat();
};

const call = async ({ url, token }: Installation, path: string, body?: object): Promise<Seen> => {
  const answer = await fetch(`${url}/api/v1/runs/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status, `${path} of an accepted run`).toBe(200);
  return (await answer.json()) as Seen;
};

/** A person's word for each step in doubt: it happened. Then every run has to come to its end. */
const bringToEnd = (local: Installation, id: string): Promise<string> =>
  until(
    `the end of ${id}`,
    async () => {
      const { status, waiting } = await call(local, id);
      if (status === 'in_doubt') {
        for (const path of waiting?.inDoubt ?? []) {
          await call(local, `${id}/settle`, { path, word: 'happened', output: null });
        }
      }
      return ['succeeded', 'failed', 'cancelled'].includes(status) ? status : undefined;
    },
    { withinMs: 60_000, told: local.output },
  );

describe('an installation that is killed in the middle of runs', { timeout: 240_000 }, () => {
  it('ends every accepted run; safe effects arrive with one key, once effects at most once', async () => {
    let local = await start(place, ['--no-tick']);
    await until('the flow', () => local.output().includes('created effects@1') || undefined, {
      told: local.output,
    });
    const accepted: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = sink.arrivals.length;
      const runs = acceptRuns(local, kill * RUNS, RUNS);
      await until('effects under way', () => sink.arrivals.length >= before + RUNS || undefined);
      await local.kill();
      accepted.push(...(await runs));
      local = await start(place, ['--no-tick']);
    }
    expect(accepted.length).toBeGreaterThan(0);

    const ends = await Promise.all(accepted.map((id) => bringToEnd(local, id)));

    expect(new Set(ends)).toEqual(new Set(['succeeded']));
    const byPath = Map.groupBy(sink.arrivals, ({ method, path }) => `${method} ${path}`);
    const keys = new Map<string, string>();
    for (const [effect, arrivals] of byPath) {
      const seen = new Set(arrivals.map(({ key }) => key));
      expect(seen, effect).toHaveLength(1);
      const [key = ''] = seen;
      expect(key, effect).toContain('run_');
      expect(keys.get(key), `${effect} shares its key`).toBeUndefined();
      keys.set(key, effect);
      if (effect.startsWith('POST')) expect(arrivals, effect).toHaveLength(1);
    }
    for (const id of accepted) {
      const safe = [...keys].filter(([key, effect]) => key.includes(id) && effect.startsWith('PUT'));
      expect(safe, `safe effects of ${id}`).toHaveLength(2);
    }
  });
});
