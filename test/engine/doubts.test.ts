/** Effects that may have happened: what is never repeated, what is looked after, and what a person says. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/run.ts';
import { busy, down, meeting, stepWith } from './meeting.ts';
import { hostOf } from './run-flow.ts';
import { failing } from './world.ts';
import type { Fate } from './world.ts';

describe('a `once` effect', () => {
  const once = stepWith('once', ', retry: { attempts: 3, delay: 1s, on: [429, 5xx, timeout] }');

  it.each([
    ['a 5xx', down],
    ['no answer', { arrives: true, then: 'silence' } satisfies Fate],
    [
      'an error of unknown kind',
      { arrives: true, then: { error: new Error('socket closed') } } satisfies Fate,
    ],
  ])('E6: is in doubt after %s, whatever the flow says about retries', async (_, fate) => {
    const host = meeting(once, [fate]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['in_doubt', 1]);
    expect(host.history.detail.waiting?.inDoubt).toEqual(['it']);
  });

  it('is tried again when it certainly did not happen', async () => {
    const host = meeting(stepWith('once'), [
      busy,
      failing('network', { happened: 'no', retry: 'yes', status: 429 }),
    ]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['succeeded', 3]);
  });

  it('E6: is repeated once a person says so, with the same key, and may be in doubt again', async () => {
    const host = meeting(stepWith('once'), [down, down]);
    await host.finish();

    const again = await host.finish(host.repeat('it'));
    expect(again.status).toBe('in_doubt');
    const state = await host.finish(host.repeat('it'));

    expect(state.status).toBe('succeeded');
    expect(host.world.calls.map(({ key }) => key)).toEqual(Array.from({ length: 3 }, () => `${host.id}:it`));
  });

  it('takes a person`s word for it that it happened, and what it gave', async () => {
    const host = meeting(stepWith('once'), [down]);
    await host.finish();

    const state = await host.finish(host.happened('it', { told: true }));

    expect([state.outputs, host.world.calls.length]).toEqual([{ it: { told: true } }, 1]);
  });

  it('fails when a person says so, and a catch takes that', async () => {
    const host = meeting(`steps: [{ try: [{ id: it, card: world.once }], catch: [{ stop: caught }] }]`, [
      down,
    ]);
    await host.finish();

    const state = await host.finish(host.giveUp('#0/try/it', { code: 'in_doubt', message: 'Nobody knows' }));

    expect(state.reason).toBe('caught');
  });
});

describe('a `probe` effect of unknown outcome', () => {
  it('is looked after only when its request can land no more: its time limit and 30 s later', async () => {
    const host = meeting(stepWith('probe', ', timeout: 10s'), [down]);
    const begun = host.clock.now;

    const end = await host.go();

    expect(end).toEqual({ kind: 'parked', until: begun + 40_000 });
  });

  it('is done when the probe finds it, and performed again when it did not happen', async () => {
    for (const arrives of [true, false]) {
      const host = meeting(stepWith('probe'), [{ ...down, arrives }]);

      const state = await host.finish();

      expect(state.outputs).toEqual({ it: { name: 'it' } });
      expect([host.world.calls.length, host.world.arrivals(`${host.id}:it`)]).toEqual([arrives ? 1 : 2, 1]);
    }
  });

  it.each([
    ['cannot tell', () => ({ happened: 'unknown' as const })],
    ['fails', () => Promise.reject(new Error('not reachable'))],
  ])('is for a person when the probe %s', async (_, probe) => {
    const host = meeting(stepWith('probe'), [down]);
    host.world.probe = probe;

    const state = await host.finish();

    expect(state.status).toBe('in_doubt');
    const doubts = host.journal.filter(
      (entry): entry is Extract<Entry, { type: 'doubted' }> => entry.type === 'doubted',
    );
    expect(doubts.map(({ probeAt }) => probeAt === undefined)).toEqual([false, true]);
  });

  it('E6: is for a person, and not begun anew, when the probe lacks what it needs', async () => {
    const lost = { isGone: false };
    const secrets = async () => (lost.isGone ? {} : { token: 'open sesame' });
    const host = hostOf(`steps: [{ id: it, card: world.probe, with: { name: "\${{ secrets.token }}" } }]`, {
      ports: { secrets },
    });
    host.world.fate = () => down;
    await host.go();
    lost.isGone = true;

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['in_doubt', 1]);
  });
});
