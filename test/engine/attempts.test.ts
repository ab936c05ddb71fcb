/** Attempts of an effect: what is tried again, when, and how often. */
import { describe, expect, it } from 'vitest';
import { busy, down, meeting, stepWith } from './meeting.ts';
import type { MemoryHost } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';
import type { Fate } from './world.ts';

/** ms between the calls. */
const gaps = ({ world }: MemoryHost): readonly number[] =>
  world.calls.slice(1).map(({ at }, index) => at - (world.calls[index]?.at ?? 0));

describe('an effect that is safe to repeat', () => {
  it('is tried three times, a second and two seconds apart', async () => {
    const host = meeting(stepWith('safe'), [down, down]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [1_000, 2_000]]);
  });

  it('fails with the last error when the third fails too', async () => {
    const host = meeting(stepWith('safe'), [down, down, busy]);

    const state = await host.finish();

    expect(state.error).toMatchObject({ code: 'http_429', status: 429, step: 'it' });
    expect(host.world.calls).toHaveLength(3);
  });

  it('has one key for all attempts', async () => {
    const host = meeting(stepWith('safe'), [down, down]);

    await host.finish();

    expect(new Set(host.world.calls.map(({ key }) => key))).toEqual(new Set([`${host.id}:it`]));
  });

  it('has its three attempts however often the host died in one', async () => {
    const death: Fate = { arrives: false, then: 'death' };
    const host = meeting(stepWith('safe'), [death, death, death, down, down]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['succeeded', 6]);
  });

  it('sends the same in every attempt: expressions see the time of the first', async () => {
    const host = meeting('steps: [{ card: world.safe, with: { name: "${{ $now() }}" } }]', [down, down]);

    await host.finish();

    expect(host.world.calls).toHaveLength(3);
    expect(new Set(host.world.names).size).toBe(1);
    expect(new Set(host.world.calls.map(({ told }) => told)).size).toBe(1);
  });

  it.each([
    ['what the callee refuses', failing('http_400', { status: 400 })],
    ['what says that trying again does not help', failing('http_503', { status: 503, retry: 'no' })],
    ['what happened all the same', failing('bad_output', { status: 503, happened: 'yes' })],
  ])('is not tried again after %s', async (_, fate) => {
    const host = meeting(stepWith('safe'), [fate]);

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['failed', 1]);
  });

  it('is tried again after an error of unknown kind', async () => {
    const host = meeting(stepWith('safe'), [{ arrives: true, then: { error: new Error('socket closed') } }]);

    expect((await host.finish()).status).toBe('succeeded');
  });
});

describe('the delay between attempts', () => {
  it.each([
    [0, [750, 1_500]],
    [0.5, [1_000, 2_000]],
    [0.999, [1_250, 2_499]],
  ])('is spread by a quarter either way: chance %d gives %j', async (random, expected) => {
    const host = meeting(stepWith('safe'), [down, down], random);

    await host.finish();

    expect(gaps(host)).toEqual(expected);
  });

  it('is what the flow says', async () => {
    const host = meeting(stepWith('safe', ', retry: { attempts: 4, delay: 2s, backoff: 3, on: [5xx] }'), [
      down,
      down,
      down,
    ]);

    await host.finish();

    expect(gaps(host)).toEqual([2_000, 6_000, 18_000]);
  });

  it('is never shorter than the callee asked for', async () => {
    const patient = failing('http_429', { status: 429, retry: { afterMs: 42_000 } });
    const host = meeting(stepWith('safe'), [patient]);

    await host.finish();

    expect(gaps(host)).toEqual([42_000]);
  });

  it('is a day at most, whatever the callee asks for', async () => {
    const endless = failing('http_429', { status: 429, retry: { afterMs: 10 * 86_400_000 } });
    const host = meeting(stepWith('safe'), [endless]);

    await host.finish();

    expect(gaps(host)).toEqual([86_400_000]);
  });
});

describe('the list of what is tried again', () => {
  const only = (on: string) => stepWith('safe', `, retry: { attempts: 2, delay: 1s, on: [${on}] }`);

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
    const host = meeting(stepWith('safe', ', timeout: 5s'), [{ arrives: true, then: 'silence' }]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [6_000]]);
  });

  it('holds for a card that does not listen, after a moment for its last word', async () => {
    const host = meeting(stepWith('safe', ', timeout: 5s'), [{ ...answered('late'), afterMs: 60_000 }]);

    const state = await host.finish();

    expect([state.status, gaps(host)]).toEqual(['succeeded', [6_050]]);
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
