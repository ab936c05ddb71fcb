/** SIGKILL to everything in the middle of a fan-out: each item's effect arrives under one key, and none is missing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endAll, scratch, start, until, type Installation, type Scratch } from './installation.ts';
import { openSink, type Sink } from './sink.ts';

const ITEMS = 400;
const KILLS = 2;

const HELPER = (sink: string): string => `trigger: { kind: helper }
inputs:
  n: { type: integer }
steps:
  - { id: put, card: http.request, with: { method: PUT, url: "${sink}/item/\${{ inputs.n }}" } }
  - { when: "\${{ inputs.n = 13 }}", fail: { code: unlucky, message: Thirteen } }
  - return: { n: "\${{ inputs.n }}" }
outputs:
  n: { type: integer }
`;

const CALLER = `trigger: { kind: api, auth: public, reply: accept }
inputs:
  items: { type: array, items: { type: integer } }
steps:
  - id: all
    forEach: \${{ inputs.items }}
    concurrency: 20
    onError: continue
    do: [{ call: items/put, with: { n: "\${{ item }}" } }]
  - return:
      sum: \${{ $sum(steps.all.results.n) }}
      ok: \${{ steps.all.counts.ok }}
      failed: \${{ [steps.all.failures.item] }}
`;

let place: Scratch;
let sink: Sink;
beforeEach(async () => {
  place = scratch();
  sink = await openSink(10);
  mkdirSync(join(place.flows, 'items'));
  writeFileSync(join(place.flows, 'items', 'put.yaml'), HELPER(sink.url));
  writeFileSync(join(place.flows, 'fan.yaml'), CALLER);
});
afterEach(async () => {
  endAll();
  await sink.close();
  place.remove();
});

interface Seen {
  readonly status: string;
  readonly outputs: unknown;
}
interface Family {
  readonly totals: { readonly total: number; readonly done: number; readonly failed: number };
}

const look = async <T>({ url, token }: Installation, path: string): Promise<T> => {
  const answer = await fetch(`${url}/api/v1/runs/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
};

describe('an installation that is killed in the middle of a fan-out', { timeout: 240_000 }, () => {
  it('ends it all the same: one key and one run for each item, and the report is right', async () => {
    let local = await start(place, ['--no-tick']);
    await until('the flows', () => local.output().includes('created fan@1') || undefined, {
      told: local.output,
    });
    const items = Array.from({ length: ITEMS }, (_, at) => at);
    const answer = await fetch(`${local.url}/invoke/fan`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ items }),
    });
    const run = /run_[0-9a-z]{26}/.exec(await answer.text())?.[0] ?? '';

    for (let kill = 1; kill <= KILLS; kill += 1) {
      const enough = (kill * ITEMS) / (KILLS + 1);
      await until('effects under way', () => sink.arrivals.length >= enough || undefined, {
        withinMs: 90_000,
        told: local.output,
      });
      await local.kill();
      local = await start(place, ['--no-tick']);
    }
    const end = await until(
      'the end of the fan-out',
      async () => {
        const seen = await look<Seen>(local, run);
        return seen.status === 'running' || seen.status === 'waiting' ? undefined : seen;
      },
      { withinMs: 120_000, told: local.output },
    );

    const sum = (ITEMS * (ITEMS - 1)) / 2 - 13;
    expect(end).toMatchObject({ status: 'succeeded', outputs: { sum, ok: ITEMS - 1, failed: [13] } });
    const byPath = Map.groupBy(sink.arrivals, ({ path }) => path);
    expect(byPath.size).toBe(ITEMS);
    for (const [path, arrivals] of byPath)
      expect(new Set(arrivals.map(({ key }) => key)), path).toHaveLength(1);
    expect(new Set(sink.arrivals.map(({ key }) => key)).size).toBe(ITEMS);
    await until('the history of all', async () => {
      const { totals } = await look<Family>(local, `${run}/children`);
      return (totals.total === ITEMS && totals.done === ITEMS - 1 && totals.failed === 1) || undefined;
    });
  });
});
