/** Attempts of an effect: what is tried again, when, how often, and what never is. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/run.ts';
import type { MemoryHost } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';
import type { Fate } from './world.ts';

const flowOf = (effect: string, more = '') =>
  `steps: [{ id: it, card: world.${effect}, with: { name: it }${more} }, { return: { it: "\${{ steps.it }}" } }]`;

/** A host whose callee meets these fates in turn, and then answers. */
const meeting = (yaml: string, fates: readonly Fate[], random = 0.5): MemoryHost => {
  const host = hostOf(yaml, { ports: { random: () => random } });
  host.world.fate = ({ name, number }) => fates[number - 1] ?? answered({ name });
  return host;
};

/** ms between the calls. */
const gaps = ({ world }: MemoryHost): readonly number[] =>
  world.calls.slice(1).map(({ at }, index) => at - (world.calls[index]?.at ?? 0));

const busy = failing('http_429', { status: 429 });
const down = failing('http_503', { status: 503, happened: 'unknown' });

describe('an effect that is safe to repeat', () => {
  it('is tried three times, a second and two seconds apart', async () => {
    const host = meeting(flowOf('safe'), [down, down]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [1_000, 2_000]]);
  });

  it('fails with the last error when the third fails too', async () => {
    const host = meeting(flowOf('safe'), [down, down, busy]);

    const state = await host.finish();

    expect(state.error).toMatchObject({ code: 'http_429', status: 429, step: 'it' });
    expect(host.world.calls).toHaveLength(3);
  });

  it('has one key for all attempts', async () => {
    const host = meeting(flowOf('safe'), [down, down]);

    await host.finish();

    expect(new Set(host.world.calls.map(({ key }) => key))).toEqual(new Set([`${host.id}:it`]));
  });

  it.each([
    ['what the callee refuses', failing('http_400', { status: 400 })],
    ['what says that trying again does not help', failing('http_503', { status: 503, retry: 'no' })],
    ['what happened all the same', failing('bad_output', { status: 503, happened: 'yes' })],
  ])('is not tried again after %s', async (_, fate) => {
    const host = meeting(flowOf('safe'), [fate]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['failed', 1]);
  });

  it('is tried again after an error of unknown kind', async () => {
    const host = meeting(flowOf('safe'), [{ arrives: true, then: { error: new Error('socket closed') } }]);

    expect((await host.finish()).status).toBe('succeeded');
  });
});

describe('the delay between attempts', () => {
  it.each([
    [0, [750, 1_500]],
    [0.5, [1_000, 2_000]],
    [0.999, [1_250, 2_499]],
  ])('is spread by a quarter either way: chance %d gives %j', async (random, expected) => {
    const host = meeting(flowOf('safe'), [down, down], random);

    await host.finish();

    expect(gaps(host)).toEqual(expected);
  });

  it('is what the flow says', async () => {
    const host = meeting(flowOf('safe', ', retry: { attempts: 4, delay: 2s, backoff: 3, on: [5xx] }'), [
      down,
      down,
      down,
    ]);

    await host.finish();

    expect(gaps(host)).toEqual([2_000, 6_000, 18_000]);
  });

  it('is never shorter than the callee asked for', async () => {
    const patient = failing('http_429', { status: 429, retry: { afterMs: 42_000 } });
    const host = meeting(flowOf('safe'), [patient]);

    await host.finish();

    expect(gaps(host)).toEqual([42_000]);
  });

  it('is a day at most, whatever the callee asks for', async () => {
    const endless = failing('http_429', { status: 429, retry: { afterMs: 10 * 86_400_000 } });
    const host = meeting(flowOf('safe'), [endless]);

    await host.finish();

    expect(gaps(host)).toEqual([86_400_000]);
  });
});

describe('the list of what is tried again', () => {
  const only = (on: string) => flowOf('safe', `, retry: { attempts: 2, delay: 1s, on: [${on}] }`);

  it.each([
    ['429', busy, 2],
    ['429', down, 1],
    ['5xx', down, 2],
    ['503', down, 2],
    ['http_503', down, 2],
    ['timeout', failing('network', { happened: 'unknown' }), 2],
    ['timeout', failing('timeout', { happened: 'unknown' }), 2],
    ['5xx', failing('timeout', { happened: 'unknown' }), 1],
  ])('`%s` decides about %j: %i attempts', async (on, fate, attempts) => {
    const host = meeting(only(on), [fate]);

    await host.finish();

    expect(host.world.calls).toHaveLength(attempts);
  });
});

describe('the time limit of an attempt', () => {
  it('ends an attempt that says nothing, and another one follows', async () => {
    const host = meeting(flowOf('safe', ', timeout: 5s'), [{ arrives: true, then: 'silence' }]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [6_000]]);
  });

  it('holds for a card that does not listen, after a moment for its last word', async () => {
    const host = meeting(flowOf('safe', ', timeout: 5s'), [{ ...answered('late'), afterMs: 60_000 }]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [6_050]]);
  });
});

describe('a `once` effect', () => {
  const once = flowOf('once', ', retry: { attempts: 3, delay: 1s, on: [429, 5xx, timeout] }');

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
    const host = meeting(flowOf('once'), [
      busy,
      failing('network', { happened: 'no', retry: 'yes', status: 429 }),
    ]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['succeeded', 3]);
  });

  it('E6: is repeated once a person says so, with the same key, and may be in doubt again', async () => {
    const host = meeting(flowOf('once'), [down, down]);
    await host.finish();

    const again = await host.finish(host.repeat('it'));
    expect(again.status).toBe('in_doubt');
    const state = await host.finish(host.repeat('it'));

    expect(state.status).toBe('succeeded');
    expect(host.world.calls.map(({ key }) => key)).toEqual(Array.from({ length: 3 }, () => `${host.id}:it`));
  });

  it('takes a person`s word for it that it happened, and what it gave', async () => {
    const host = meeting(flowOf('once'), [down]);
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
    const host = meeting(flowOf('probe', ', timeout: 10s'), [down]);
    const begun = host.clock.now;

    const end = await host.go();

    expect(end).toEqual({ kind: 'parked', until: begun + 40_000 });
  });

  it('is done when the probe finds it, and performed again when it did not happen', async () => {
    for (const arrives of [true, false]) {
      const host = meeting(flowOf('probe'), [{ ...down, arrives }]);

      const state = await host.finish();

      expect(state.outputs).toEqual({ it: { name: 'it' } });
      expect([host.world.calls.length, host.world.arrivals(`${host.id}:it`)]).toEqual([arrives ? 1 : 2, 1]);
    }
  });

  it.each([
    ['cannot tell', () => ({ happened: 'unknown' as const })],
    ['fails', () => Promise.reject(new Error('not reachable'))],
  ])('is for a person when the probe %s', async (_, probe) => {
    const host = meeting(flowOf('probe'), [down]);
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

describe('a step that lacks what it needs', () => {
  it.each([
    ['with: { name: "${{ secrets.token }}" }', 'no_secret', 'npx sluice secrets set token'],
    ['connection: crm', 'no_connection', 'npx sluice connections add crm'],
    ['with: { name: "${{ [1, 2] }}" }', 'invalid_input', 'name'],
  ])('fails before anything is sent: %s', async (part, code, remedy) => {
    const host = hostOf(`steps: [{ id: it, card: world.once, ${part} }]`, {
      ports: { secrets: async () => ({}) },
    });

    const state = await host.finish();

    expect(state.error?.code).toBe(code);
    expect(state.error?.message).toContain(remedy);
    expect(host.world.calls).toEqual([]);
  });
});
