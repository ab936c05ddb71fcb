/** Flows that call flows: what a call gives, how it fails, and what becomes of the called run. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/domain/run.ts';
import { childEnded } from '../../src/engine/child-end.ts';
import { Family } from './family.ts';
import { flowsOf } from './flow-of.ts';
import { answered, failing } from './world.ts';

const familyOf = (flows: Record<string, string>, inputs = {}) => new Family(flowsOf(flows), inputs);

const double = `
trigger: { kind: helper }
inputs: { n: { type: number } }
outputs: { twice: { type: number } }
steps: [{ return: { twice: "\${{ inputs.n * 2 }}" } }]`;

const called = (family: Family): Extract<Entry, { type: 'called' }>[] =>
  family.root.journal.flatMap((entry) => (entry.type === 'called' ? [entry] : []));

describe('a step that calls a helper', () => {
  it('has its outputs as the value', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: double, with: { n: 4 } }, { return: { it: "${{ steps.it.twice }}" } }]',
      double,
    });

    const state = await family.settle();

    expect([state.status, state.outputs]).toEqual(['succeeded', { it: 8 }]);
  });

  it('has null as its value when the helper ends by stop, and goes on', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: quits }, { return: { it: "${{ steps.it }}" } }]',
      quits: 'trigger: { kind: helper }\nsteps: [{ stop: nothing to do }]',
    });

    expect((await family.settle()).outputs).toEqual({ it: null });
  });

  it('E2: has its call in the journal, with the id of the run, before that run is there', async () => {
    const family = familyOf({ main: 'steps: [{ call: double, with: { n: 1 } }]', double });
    await family.settle(() => family.members.size > 1);

    const [child] = family.of('double');
    expect(called(family)[0]).toMatchObject({ run: child?.id, flow: 'double', version: 1, inputs: { n: 1 } });
  });

  it('tells the called run who called it, and from where', async () => {
    const family = familyOf({
      main: 'steps: [{ id: each, forEach: [a, b], do: [{ id: it, call: middle }] }]',
      middle: 'trigger: { kind: helper }\nsteps: [{ id: deep, call: double, with: { n: 1 } }]',
      double,
    });
    await family.settle();

    const [, middle] = family.of('middle');
    const [, deep] = family.of('double');
    expect(middle?.created).toMatchObject({
      trigger: 'helper',
      caller: { kind: 'run', id: family.root.id },
      parent: { run: family.root.id, path: 'each/1/it', index: 1 },
    });
    expect(deep?.created.chain).toEqual([
      { run: family.root.id, flow: 'main' },
      { run: middle?.id, flow: 'middle' },
    ]);
  });

  it('waits without being driven, and is there again once the helper has ended', async () => {
    const family = familyOf({
      main: 'steps: [{ call: slow }]',
      slow: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 40s } }]',
    });
    await family.settle(() => family.root.phase === 'parked');
    expect([family.root.state.status, family.root.drive]).toEqual(['waiting', undefined]);

    const state = await family.settle();

    expect([state.status, family.asked]).toEqual(['succeeded', []]);
  });

  it('asks after a run that it has not heard of: after 60 s, and then at twice the distance', async () => {
    const family = familyOf({
      main: 'steps: [{ call: slow }]',
      slow: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 10m } }]',
    });

    await family.settle();

    // 1, 3 and 7 minutes after the call; 15 would be the next.
    expect(family.asked).toHaveLength(3);
  });

  it('is passed over with onError: continue, and leaves its error behind', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: fails, onError: continue }, { return: { code: "${{ errors.it.code }}" } }]',
      fails: 'trigger: { kind: helper }\nsteps: [{ fail: { code: no_such_user, message: Nobody } }]',
    });

    expect((await family.settle()).outputs).toEqual({ code: 'no_such_user' });
  });
});

describe('a helper that fails', () => {
  const failing404 =
    'trigger: { kind: helper }\nsteps: [{ fail: { code: gone, message: "Nobody here", status: 404 } }]';

  it('fails its call, with the code, the run and a message that names both', async () => {
    const family = familyOf({ main: 'steps: [{ id: it, call: fails }]', fails: failing404 });

    const { status, error } = await family.settle();

    const run = family.of('fails')[0]?.id;
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'gone', status: 404, step: 'it', run });
    expect(error?.message).toBe(`Helper "fails" failed in run ${run}: Nobody here`);
  });

  it('says nothing to an API caller of the flow above it', async () => {
    const family = familyOf({ main: 'steps: [{ call: fails }]', fails: failing404 });

    expect((await family.settle()).error?.fromFlow).toBeUndefined();
  });

  it('fails its item alone where the loop tolerates that, with run and index', async () => {
    const family = familyOf({
      main: `
steps:
  - id: each
    forEach: [1, oops, 3]
    onError: continue
    do: [{ id: one, call: double, with: { n: "\${{ item }}" } }, { yield: "\${{ steps.one.twice }}" }]
  - return: { each: "\${{ steps.each }}" }`,
      double,
    });

    const { outputs } = await family.settle();

    expect(outputs).toMatchObject({
      each: { results: [2, 6], failures: [{ index: 1, item: 'oops' }], counts: { ok: 2, failed: 1 } },
    });
    expect(JSON.stringify(outputs)).toContain('Helper \\"double\\" cannot take its inputs');
    expect(family.of('double')).toHaveLength(2);
  });
});

describe('a call of what cannot be called', () => {
  it.each([
    ['nobody', 'helper_missing', 'There is no helper "nobody"'],
    ['nobody@3', 'helper_missing', 'There is no helper "nobody@3"'],
    ['off', 'helper_disabled', 'npx sluice flows enable off'],
    ['other', 'not_a_helper', 'of kind manual'],
  ])('fails at once and starts nothing: %s', async (name, code, words) => {
    const family = familyOf({ main: `steps: [{ call: ${name} }]`, other: 'steps: [{ stop: x }]' });
    family.helpers.set('off', { kind: 'disabled' });

    const { error } = await family.settle();

    expect(error?.code).toBe(code);
    expect(error?.message).toContain(words);
    expect(family.members.size).toBe(1);
  });

  it('fails for inputs of more than 1 MB', async () => {
    const family = familyOf(
      {
        main: 'inputs: { big: { type: string } }\nsteps: [{ call: takes, with: { big: "${{ inputs.big }}", more: "${{ inputs.big }}" } }]',
        takes:
          'trigger: { kind: helper }\ninputs: { big: { type: string }, more: { type: string } }\nsteps: [{ stop: x }]',
      },
      { big: 'x'.repeat(600_000) },
    );

    expect((await family.settle()).error?.code).toBe('too_large');
  });
});

describe('flows that call one another', () => {
  it('may do so 20 deep, and the error names the chain', async () => {
    const family = familyOf({
      main: 'steps: [{ call: again }]',
      again: 'trigger: { kind: helper }\nsteps: [{ call: again }]',
    });

    const { error } = await family.settle();

    expect(family.of('again')).toHaveLength(20);
    expect(error?.code).toBe('too_deep');
    expect(error?.message).toContain(`main → ${Array.from({ length: 21 }, () => 'again').join(' → ')}`);
  });

  it('may do so within that as they like', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: factorial, with: { n: 6 } }, { return: { it: "${{ steps.it.f }}" } }]',
      factorial: `
trigger: { kind: helper }
inputs: { n: { type: number } }
steps:
  - { when: "\${{ inputs.n <= 1 }}", return: { f: 1 } }
  - { id: less, call: factorial, with: { n: "\${{ inputs.n - 1 }}" } }
  - return: { f: "\${{ inputs.n * steps.less.f }}" }`,
    });

    expect((await family.settle()).outputs).toEqual({ it: 720 });
  });
});

describe('an async call', () => {
  const flows = {
    main: 'steps: [{ id: it, call: slow, async: true }, { return: { it: "${{ steps.it.run }}" } }]',
    slow: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 1h } }, { card: world.once }]',
  };

  it('gives the id of the run once that is durable, and goes on', async () => {
    const family = familyOf(flows);

    const state = await family.settle(() => family.root.phase === 'final');

    const [slow] = family.of('slow');
    expect([state.status, state.outputs]).toEqual(['succeeded', { it: slow?.id }]);
    expect(slow?.phase).not.toBe('final');
  });

  it('starts a run that outlives its caller, cancelled or not', async () => {
    const main = 'steps: [{ call: slow, async: true }, { wait: { for: 5m } }]';
    const family = familyOf({ ...flows, main });
    await family.settle(() => family.of('slow').length === 1 && family.root.phase === 'parked');
    family.cancel(family.root);

    await family.settle();

    expect(family.root.state.status).toBe('cancelled');
    expect(family.of('slow').map(({ state }) => state.status)).toEqual(['succeeded']);
  });
});

describe('an async call that is committed, and not started yet', () => {
  it('is started all the same when its caller dies and is cancelled', async () => {
    const main = 'steps: [{ call: slow, async: true }, { wait: { for: 5m } }]';
    const slow = 'trigger: { kind: helper }\nsteps: [{ wait: { for: 1h } }]';
    const family = familyOf({ main, slow });
    family.diesAfter = 1;
    await family.settle(() => family.deaths === 1);
    family.cancel(family.root);

    await family.settle();

    const statuses = [...family.members.values()].map(({ state }) => state.status);
    expect(statuses).toEqual(['cancelled', 'succeeded']);
  });
});

describe('the time limit of a call', () => {
  it('cancels the run, and fails the step with timeout', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: slow, timeout: 10s, onError: continue }, { return: { code: "${{ errors.it.code }}" } }]',
      slow: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 1h } }, { card: world.once }]',
    });
    const begun = family.clock.now;

    const state = await family.settle();

    expect([state.outputs, family.of('slow')[0]?.state.status]).toEqual([{ code: 'timeout' }, 'cancelled']);
    expect([family.clock.now - begun, family.world.calls]).toEqual([10_000, []]);
  });
});

describe('a run that is cancelled, and what it has called', () => {
  const wide = {
    main: 'steps: [{ forEach: [1, 2, 3, 4, 5], concurrency: 3, do: [{ call: middle }] }]',
    middle:
      'trigger: { kind: helper }\nsteps: [{ try: [{ call: leaf }], finally: [{ card: world.safe, with: { name: audit } }] }]',
    leaf: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 1h } }, { card: world.once }]',
  };

  it('is cancelled last: what was called ends first, leaves before what called them, and nothing begins', async () => {
    const family = familyOf(wide);
    await family.settle(() => family.of('leaf').length === 3);
    family.cancel(family.root);
    const begun = family.clock.now;

    await family.settle();

    const members = [...family.members.values()];
    expect(members.map(({ state }) => state.status)).toEqual(members.map(() => 'cancelled'));
    expect(members).toHaveLength(7);
    for (const { id, created, state } of members) {
      const parent = family.members.get(created.parent?.run ?? '');
      expect(parent?.state.finishedAt ?? Infinity, id).toBeGreaterThanOrEqual(state.finishedAt ?? Infinity);
    }
    expect([family.world.calls, family.clock.now]).toEqual([[], begun]);
    // Each is told once, though its parent is woken by each of the others.
    expect(family.asked.toSorted()).toEqual(
      members
        .slice(1)
        .map(({ id }) => `cancel ${id}`)
        .toSorted(),
    );
  });

  it('fails by its time limit only after what it called was cancelled', async () => {
    const family = familyOf({ ...wide, main: `settings: { timeout: 1m }\n${wide.main}` });

    const state = await family.settle();

    expect([state.status, state.error?.code]).toEqual(['failed', 'timeout']);
    expect(family.of('leaf').map(({ state: { status } }) => status)).toEqual(Array(3).fill('cancelled'));
  });

  it('cancels what its finally has called, too', async () => {
    const family = familyOf({ main: 'steps: [{ try: [], finally: [{ call: leaf }] }]', leaf: wide.leaf });
    await family.settle(() => family.of('leaf')[0]?.phase === 'parked');
    family.cancel(family.root);

    await family.settle();

    expect([...family.members.values()].map(({ state }) => state.status)).toEqual(['cancelled', 'cancelled']);
  });

  it('never starts what it was about to', async () => {
    const family = familyOf({ main: 'steps: [{ call: leaf }]', leaf: wide.leaf });
    await family.settle(() => called(family).length === 1);
    family.cancel(family.root);

    await family.settle();

    expect(family.root.state.status).toBe('cancelled');
    expect(family.of('leaf').every(({ state }) => state.status === 'cancelled')).toBe(true);
    expect(family.world.calls).toEqual([]);
  });
});

describe('a loop that is left by a failure', () => {
  it('cancels what it has called, waits for that, and only then fails', async () => {
    const family = familyOf({
      main: `
steps:
  - try:
      - forEach: [bad, slow, slow]
        concurrency: 3
        do: [{ call: "one", with: { how: "\${{ item }}" } }]
    catch: [{ card: world.safe, with: { name: caught } }]`,
      one: `
trigger: { kind: helper }
inputs: { how: { type: string } }
steps:
  - { when: "\${{ inputs.how = 'bad' }}", fail: { message: It is bad } }
  - wait: { for: 1h }
  - { card: world.once, with: { name: late } }`,
    });
    const begun = family.clock.now;

    const state = await family.settle();

    expect([state.status, family.world.names]).toEqual(['succeeded', ['caught']]);
    expect(family.of('one').map((member) => member.state.status)).toEqual([
      'failed',
      'cancelled',
      'cancelled',
    ]);
    expect(family.clock.now).toBe(begun);
  });

  it('lets a finally call what it needs', async () => {
    const family = familyOf({
      main: `
steps:
  - onError: continue
    parallel:
      bad:
        - forEach: [bad, slow]
          concurrency: 2
          do:
            - try: [{ when: "\${{ item = 'bad' }}", fail: { message: It is bad } }, { wait: { for: 1h } }]
              finally: [{ call: audit }]`,
      audit: 'trigger: { kind: helper }\nsteps: [{ wait: { for: 1m } }, { card: world.safe }]',
    });

    await family.settle();

    expect(family.of('audit').map(({ state }) => state.status)).toEqual(['succeeded', 'succeeded']);
  });
});

describe('a failed run that is retried', () => {
  it('recalls the calls that succeeded, and calls the failed ones anew', async () => {
    const family = familyOf({
      main: `
steps:
  - id: each
    forEach: [a, b, c]
    do: [{ id: one, call: one, with: { name: "\${{ item }}" } }, { yield: "\${{ steps.one.got }}" }]
  - return: { each: "\${{ steps.each.results }}" }`,
      one: `
trigger: { kind: helper }
inputs: { name: { type: string } }
steps: [{ id: got, card: world.once, with: { name: "\${{ inputs.name }}" } }, { return: { got: "\${{ steps.got.name }}" } }]`,
    });
    family.world.fate = ({ name }) => (name === 'b' ? failing('bad', { status: 400 }) : answered({ name }));
    await family.settle();
    family.world.fate = ({ name }) => answered({ name });

    family.retry(family.root);
    const state = await family.settle();

    expect(state.outputs).toEqual({ each: ['a', 'b', 'c'] });
    expect(family.world.names).toEqual(['a', 'b', 'b', 'c']);
    expect(called(family).map(({ path }) => path)).toEqual([
      'each/0/one',
      'each/1/one',
      'each/1/one',
      'each/2/one',
    ]);
  });
});

describe('an end that comes late', () => {
  it('T5: of an earlier call is none of the later one', async () => {
    const family = familyOf({
      main: 'steps: [{ id: it, call: slow }]',
      slow: 'trigger: { kind: helper }\nsteps: [{ card: world.safe }, { wait: { for: 1h } }]',
    });
    family.world.fate = () => failing('bad', { status: 400 });
    await family.settle();
    family.world.fate = () => answered('well');
    family.retry(family.root);
    await family.settle(() => family.of('slow').length === 2 && family.root.phase === 'parked');

    const [first] = family.of('slow');
    const late = { status: 'succeeded', outputs: { late: true }, error: null } as const;
    family.say(family.root, childEnded({ run: first?.id ?? '', path: 'it' }, late));
    await family.settle(() => family.root.phase === 'parked');

    expect(family.root.state.status).toBe('waiting');
    expect((await family.settle()).status).toBe('succeeded');
    expect(family.history(family.root).steps.at(-1)?.output).toEqual({});
  });
});

describe('the history of a call', () => {
  it('shows the run that was called, its inputs and its value', async () => {
    const family = familyOf({ main: 'steps: [{ id: it, call: double, with: { n: 4 } }]', double });
    await family.settle();

    const [step] = family.history(family.root).steps;
    const [child] = family.of('double');
    expect(step).toMatchObject({
      kind: 'call',
      status: 'succeeded',
      call: { run: child?.id, flow: 'double', version: 1 },
      input: { n: 4 },
      output: { twice: 8 },
    });
    expect(child && family.history(child).detail.parent).toBe(family.root.id);
  });

  it('hides secret inputs that were passed on', async () => {
    const family = familyOf(
      {
        main: 'inputs: { word: { type: string, secret: true } }\nsteps: [{ call: takes, with: { word: "${{ inputs.word }}" } }]',
        takes: 'trigger: { kind: helper }\ninputs: { word: { type: string } }\nsteps: [{ stop: x }]',
      },
      { word: 'correct horse' },
    );
    await family.settle();

    expect(family.history(family.root).steps[0]?.input).toEqual({ word: '••••••' });
  });
});
