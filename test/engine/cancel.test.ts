/** Ends that come from outside of the flow: a cancel, and the time limit of the run. */
import { describe, expect, it } from 'vitest';
import { idle } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';

describe('a run that is cancelled', () => {
  it('while it waits ends at once, and begins nothing more', async () => {
    const host = hostOf('steps: [{ try: [{ wait: { for: 1d } }], finally: [{ card: world.safe }] }]');
    await host.go();

    const state = await host.finish(host.cancel());

    expect([state.status, host.world.calls]).toEqual(['cancelled', []]);
    expect(host.journal.map(({ type }) => type).slice(-2)).toEqual(['ending', 'finished']);
  });

  it('stops what is in flight, records how that ended, and only then ends', async () => {
    const host = hostOf(`
steps: [{ forEach: [a, b], concurrency: 2, do: [{ card: world.once, with: { name: "\${{ item }}" } }] }]`);
    host.world.fate = ({ name }) => (name === 'a' ? answered('a', 20) : { arrives: true, then: 'silence' });
    const end = host.begin();
    await idle();
    host.drive?.post(host.cancel());
    await idle();
    while (host.clock.next()) await idle();

    await end;

    expect(host.state.status).toBe('cancelled');
    expect(host.journal.slice(-4).map((entry) => [entry.type, 'path' in entry ? entry.path : ''])).toEqual([
      ['ending', ''],
      ['doubted', '#0/1/#0'],
      ['succeeded', '#0/0/#0'],
      ['finished', ''],
    ]);
  });

  it('is cancelled, not failed, when what it cut off fails, and no catch hears of it', async () => {
    const host = hostOf(
      'steps: [{ try: [{ card: world.safe }], catch: [{ card: world.safe, with: { name: caught } }] }]',
    );
    host.world.fate = () => ({ arrives: true, then: 'silence' });
    const end = host.begin();
    await idle();
    host.drive?.post(host.cancel());
    await idle();

    await end;

    expect([host.state.status, host.state.error, host.world.names]).toEqual(['cancelled', null, ['x']]);
  });

  it('is cancelled, not failed, when its last step in flight is a finally after a failure', async () => {
    const host = hostOf('steps: [{ try: [{ card: test.fail }], finally: [{ card: world.safe }] }]');
    host.world.fate = () => answered('well', 20);
    const end = host.begin();
    await idle();
    host.drive?.post(host.cancel());
    await idle();
    host.clock.next();

    await end;

    expect([host.state.status, host.state.error]).toEqual(['cancelled', null]);
  });

  it('that had nothing left to do but what was in flight has succeeded', async () => {
    const host = hostOf('steps: [{ card: world.safe }]');
    host.world.fate = () => answered('well', 20);
    const end = host.begin();
    await idle();
    host.drive?.post(host.cancel());
    await idle();
    host.clock.next();

    await end;

    expect(host.state.status).toBe('succeeded');
  });

  it('shows what was in doubt as in doubt still', async () => {
    const host = hostOf('steps: [{ id: it, card: world.once }]');
    host.world.fate = () => failing('network', { happened: 'unknown' });
    await host.finish();

    await host.finish(host.cancel());

    expect(host.history.detail.status).toBe('cancelled');
    expect(host.history.steps[0]?.status).toBe('in_doubt');
  });

  it('before its host died ends after that, without waiting for lost attempts', async () => {
    const host = hostOf('steps: [{ card: world.safe }]');
    host.world.fate = () => ({ arrives: true, then: 'silence' });
    void host.begin();
    await idle();
    void host.die();
    host.diesAfter = 3;
    await host.go(host.cancel());

    const state = await host.finish();

    expect([state.status, host.world.calls.length]).toEqual(['cancelled', 1]);
  });
});

describe('the time limit of a run', () => {
  it('ends a run that waits too long, at its time', async () => {
    const host = hostOf('settings: { timeout: 2h }\nsteps: [{ wait: { for: 1d } }]');
    const begun = host.clock.now;

    const state = await host.finish();

    expect(state.error).toMatchObject({ code: 'timeout' });
    expect([state.status, host.clock.now - begun]).toEqual(['failed', 2 * 3_600_000]);
  });

  it('ends one that waits for an answer from outside, and says so rather than what it cut off', async () => {
    const host = hostOf('settings: { timeout: 1m }\nsteps: [{ card: world.safe, timeout: 10m }]');
    host.world.fate = () => ({ arrives: true, then: 'silence' });

    const state = await host.finish();

    expect(state.error?.message).toContain('time limit of 60000 ms');
  });

  it('counts anew when the run is retried, and what it cut off is tried again', async () => {
    const host = hostOf(
      'settings: { timeout: 1m }\nsteps: [{ try: [{ card: world.safe, timeout: 10m }], catch: [{ fail: "${{ error }}" }] }]',
    );
    host.world.fate = ({ number }) => (number === 1 ? { arrives: true, then: 'silence' } : answered('well'));
    await host.finish();

    const state = await host.finish(host.retry());

    expect([state.status, host.world.calls.length]).toEqual(['succeeded', 2]);
  });
});
