/** A drive: one at a time, with what it records before and after, and how it waits. */
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/domain/errors.ts';
import { RUN_TRANSITIONS } from '../../src/domain/run.ts';
import type { RunStatus } from '../../src/domain/run.ts';
import { apply } from '../../src/engine/apply.ts';
import { endWith } from '../../src/engine/drive.ts';
import { idle } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered } from './world.ts';

const once = 'steps: [{ id: it, card: world.once, with: { name: it } }]';

describe('the journal of a run', () => {
  it.each(['succeeded', 'failed', 'cancelled'] as const)('R2: is final once it has %s', async (status) => {
    const host = hostOf(`steps: [{ ${status === 'failed' ? 'card: test.fail' : 'wait: { for: 1h }'} }]`);
    await host.go();
    const state = await host.finish(status === 'cancelled' ? host.cancel() : undefined);

    expect(state.status).toBe(status);
    const more = { type: 'ending', at: 0, status: 'cancelled', by: 'x' } as const;
    expect(() => apply(state, more)).toThrow(/^R2/);
  });

  it('R2: goes on after a failure with `retried` alone, and after the other ends not even with that', async () => {
    const ends = { 'card: test.fail': 'running', 'card: test.echo': 'refused' };
    for (const [step, expected] of Object.entries(ends)) {
      const host = hostOf(`steps: [{ ${step} }]`);
      const state = await host.finish();
      const retried = { type: 'retried', at: 0, attempt: 2, version: 1, by: 'x' } as const;

      const outcome = (): RunStatus => {
        apply(state, retried, host.flowOf(1));
        return state.status;
      };
      if (expected === 'refused') expect(outcome).toThrow(/^R2/);
      else expect(outcome()).toBe(expected);
    }
  });

  it('R2: takes a run only through the states that the table has', async () => {
    const host = hostOf(`
steps: [{ wait: { for: 1h } }, { id: it, card: world.once }, { card: test.fail }]`);
    host.world.fate = () => ({ arrives: true, then: { error: new Error('lost') } });
    const seen: RunStatus[] = [host.state.status];
    host.onCommit = ({ status }) => void (seen.at(-1) === status || seen.push(status));

    await host.finish();
    await host.finish(host.happened('it', null));

    expect(seen).toEqual(['queued', 'waiting', 'running', 'in_doubt', 'failed']);
    for (const [index, next] of seen.slice(1).entries())
      expect(RUN_TRANSITIONS[seen[index] ?? 'queued']).toContain(next);
  });
});

describe('a drive', () => {
  it('E1: that was replaced while it committed begins nothing', async () => {
    const host = hostOf(once);
    host.onCommit = () => void host.die();

    const end = await host.go();

    expect([end.kind, host.world.calls]).toEqual(['died', []]);
  });

  it('E1: that was replaced is refused what its attempts still say', async () => {
    const host = hostOf(once);
    host.world.fate = () => answered('too late', 1_000);
    const first = host.begin();
    await idle();

    const second = host.go();
    await idle();
    host.clock.next();

    expect((await first).kind).toBe('replaced');
    expect((await second).kind).toBe('parked');
    expect(host.state.status).toBe('in_doubt');
    expect(host.journal.map(({ type }) => type)).toEqual(['created', 'attempted', 'doubted']);
  });

  it('E1: takes words while it is under way, and refuses them when it is over', async () => {
    const host = hostOf('steps: [{ card: world.safe }, { wait: { for: 1h } }]');
    host.world.fate = () => answered(1, 1_000);
    const end = host.begin();
    await idle();

    const isTaken = host.drive?.post(host.cancel());
    await idle();
    host.clock.next();

    expect([isTaken, (await end).kind, host.state.status]).toEqual([true, 'final', 'cancelled']);
    expect(host.drive?.post(host.cancel())).toBe(false);
  });

  it('E1: refuses the result of an attempt that a word from outside has ended', async () => {
    const host = hostOf('steps: [{ try: [{ id: it, card: world.safe }], catch: [{ wait: { for: 1h } }] }]');
    host.world.fate = () => answered('too late', 100);
    const end = host.begin();
    await idle();
    host.drive?.post(host.giveUp('#0/try/it', { code: 'enough', message: 'Enough' }));
    await idle();
    host.clock.next();

    expect([(await end).kind, host.state.status]).toEqual(['parked', 'waiting']);
    expect(host.journal.map(({ type }) => type)).not.toContain('succeeded');
  });

  it('E1: takes a word that comes while it commits its rest', async () => {
    const host = hostOf('steps: [{ wait: { for: 1h } }]');
    host.onCommit = ({ status }) => {
      if (status === 'waiting') host.drive?.post(host.cancel());
    };

    expect([(await host.go()).kind, host.state.status]).toEqual(['final', 'cancelled']);
  });

  it('E2: has recorded the start of an attempt before it performs it', async () => {
    const host = hostOf(
      'steps: [{ card: world.safe }, { forEach: [1, 2], concurrency: 2, do: [{ card: world.once }] }]',
    );
    const recorded: boolean[] = [];
    host.world.fate = ({ key, name }) => {
      const path = key.slice(host.id.length + 1);
      recorded.push(host.journal.some((entry) => entry.type === 'attempted' && entry.path === path));
      return answered(name);
    };

    await host.finish();

    expect(recorded).toEqual([true, true, true]);
  });

  it('E3: has recorded a result before the next effect can rest on it', async () => {
    const host = hostOf('steps: [{ id: a, card: world.safe }, { id: b, card: world.safe }]');
    const recorded: string[][] = [];
    host.world.fate = ({ name }) => {
      recorded.push(host.journal.flatMap((entry) => (entry.type === 'succeeded' ? [entry.path] : [])));
      return answered(name);
    };

    await host.finish();

    expect(recorded).toEqual([[], ['a']]);
  });

  it('commits the result of one effect together with the intent of the next', async () => {
    const host = hostOf('steps: [{ card: world.safe }, { card: test.echo }, { card: world.safe }]');

    await host.finish();

    // intent; result, pure step and intent; result and end
    expect(host.commits).toEqual([1, 3, 2]);
  });

  it('keeps the run at rest when its own infrastructure does not answer, and goes on when it does', async () => {
    const store = { isDown: true };
    const secrets = async () => {
      if (store.isDown) throw new Unavailable('D1 does not answer');
      return { token: 'x' };
    };
    const host = hostOf('steps: [{ card: world.safe, with: { name: "${{ secrets.token }}" } }]', {
      ports: { secrets },
    });
    const begun = host.clock.now;

    expect(await host.go()).toEqual({ kind: 'parked', until: begun + 5_000 });
    store.isDown = false;
    expect((await host.finish()).status).toBe('succeeded');
  });

  it('comes again when its invocation has no outside call left', async () => {
    const host = hostOf(once);
    host.hosting = { acquire: () => 'spent' };
    const begun = host.clock.now;

    expect(await host.go()).toEqual({ kind: 'parked', until: begun + 1 });
    host.hosting = {};
    expect((await host.finish()).status).toBe('succeeded');
  });

  it('waits for what is in flight before it asks for another call that its invocation does not have', async () => {
    const host = hostOf('steps: [{ forEach: [1, 2], concurrency: 2, do: [{ card: world.safe }] }]');
    host.world.fate = () => answered('well', 500);
    const asked = { times: 0 };
    const acquire = () => {
      asked.times += 1;
      return asked.times === 1 ? ('taken' as const) : ('spent' as const);
    };
    host.hosting = { acquire };

    expect((await host.go()).kind).toBe('parked');
    expect(host.world.calls).toHaveLength(1);
    expect(asked.times).toBeLessThan(5);
  });

  it('waits for a place among the outside calls, even one that comes free while it commits', async () => {
    const host = hostOf('steps: [{ card: test.echo }, { card: world.safe }]');
    const places = { taken: true };
    host.hosting = {
      acquire: (wake) => {
        if (!places.taken) return 'taken';
        places.taken = false;
        wake();
        return 'later';
      },
    };

    expect((await host.finish()).status).toBe('succeeded');
  });

  it('gives back every place that it took', async () => {
    const host = hostOf(
      'steps: [{ forEach: [1, 2, 3], concurrency: 3, do: [{ card: world.safe, with: { name: "${{ secrets.no }}" } }] }]',
      {
        ports: { secrets: async () => ({}) },
      },
    );
    const places = { taken: 0 };
    host.hosting = {
      acquire: () => {
        places.taken += 1;
        return 'taken';
      },
      release: () => void (places.taken -= 1),
    };

    await host.finish();

    expect(places.taken).toBe(0);
  });

  it('never waits longer than an hour at a time for what is in flight', async () => {
    const host = hostOf('steps: [{ card: world.safe, timeout: 10m }]');
    const waits: number[] = [];
    const { after } = host.clock;
    host.clock.after = (ms, callback) => {
      waits.push(ms);
      return after(ms, callback);
    };
    Object.assign(host.ports, { after: host.clock.after });
    host.world.fate = () => answered(1, 100);

    await host.finish();

    expect(Math.max(...waits)).toBeLessThanOrEqual(3_600_000);
  });

  it('lets others have their turn after 500 steps', async () => {
    const host = hostOf(`
steps: [{ set: { n: 0 } }, { while: "\${{ vars.n < 1000 }}", do: [{ set: { n: "\${{ vars.n + 1 }}" } }] }]`);
    const turns = { taken: 0 };
    host.hosting = { turn: async () => void (turns.taken += 1) };

    await host.finish();

    expect(turns.taken).toBe(4);
    expect(host.commits).toEqual([500, 500, 500, 500, 3]);
  });

  it('that brought its lane down ends with an error, and one that had ended is left alone', async () => {
    const host = hostOf('steps: [{ wait: { for: 1h } }]');
    await host.go();

    const state = await host.finish(endWith({ code: 'killed_lane', message: 'Three times' }));
    await host.finish(endWith({ code: 'internal', message: 'A bug' }));

    expect([state.status, state.error?.code]).toEqual(['failed', 'killed_lane']);
    expect(host.state.error?.code).toBe('killed_lane');
  });
});
