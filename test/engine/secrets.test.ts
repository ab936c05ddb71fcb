/** Secrets: read where they are needed, and never to be seen afterwards. */
import { describe, expect, it } from 'vitest';
import { veiled } from '../../src/engine/veil.ts';
import type { MemoryHost } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';
import type { Fate } from './world.ts';

const SECRET = 'value-of-token';
const INPUTS =
  'inputs: { login: { type: string }, password: { type: string, secret: true }, pin: { type: integer, secret: true } }';
const inputs = { login: 'ana', password: 'open sesame', pin: 4711 };

/** Everything that can be seen of a run: history and live view. */
const seenOf = (host: MemoryHost): string => {
  const { detail, steps, state } = host.history;
  return JSON.stringify({ detail, steps, live: host.journal.map((entry) => veiled(state, entry)) });
};

const ran = async (yaml: string, fate: Fate = answered('well')): Promise<MemoryHost> => {
  const host = hostOf(yaml, { inputs });
  host.world.fate = () => fate;
  await host.finish();
  return host;
};

describe('a named secret', () => {
  const flow = (card: string) =>
    `${INPUTS}\nsteps: [{ id: it, card: ${card}, with: { name: "\${{ secrets.token }}" } }]`;

  it('reaches the card, and is masked in the journal', async () => {
    const host = await ran(flow('world.safe'));

    expect(host.world.names).toEqual([SECRET]);
    expect(host.journal[1]).toMatchObject({ type: 'attempted', input: { name: '••••••' } });
  });

  it.each([
    ['an answer', answered({ echo: `Bearer ${SECRET}`, [SECRET]: 1 })],
    ['an error', failing('bad', { status: 400, body: { you: SECRET }, data: SECRET }, `No: ${SECRET}`)],
    [
      'an error of unknown kind',
      { arrives: true, then: { error: new Error(`at https://x/?t=${SECRET}`) } } satisfies Fate,
    ],
  ])('is masked in %s', async (_, fate) => {
    for (const card of ['world.safe', 'world.once'])
      expect(JSON.stringify((await ran(flow(card), fate)).journal)).not.toContain(SECRET);
  });

  it('can be given to a pure card, and is masked in what that records', async () => {
    const host = await ran(`${INPUTS}
steps:
  - { id: it, card: test.echo, with: { value: "key \${{ secrets.token }}" } }
  - return: { it: "\${{ steps.it }}" }`);

    expect(host.state.outputs).toEqual({ it: 'key ••••••' });
    expect(JSON.stringify(host.journal)).not.toContain(SECRET);
  });
});

describe('a secret input', () => {
  const yaml = `${INPUTS}
steps:
  - { id: made, card: world.safe, with: { name: "\${{ inputs.login }}:\${{ inputs.password }}", value: "\${{ inputs.pin }}" } }
  - set: { copy: "\${{ inputs.password }}", n: "\${{ inputs.pin }}" }
  - { id: on, card: test.echo, with: { value: "\${{ vars.copy }}" } }
  - forEach: ["\${{ inputs.password }}"]
    do: [{ yield: "\${{ item }}" }]
  - respond: { headers: { X-P: "\${{ inputs.password }}" }, body: { p: "\${{ inputs.password }}" } }
  - return: { password: "\${{ inputs.password }}", pin: "\${{ inputs.pin }}" }`;

  it('is handed on as it is from step to step', async () => {
    const host = await ran(yaml);

    expect(host.world.names).toEqual(['ana:open sesame']);
    expect(host.state.outputs).toEqual({ password: 'open sesame', pin: 4711 });
  });

  it('is nowhere to be seen in the history or live, though the rest is', async () => {
    const seen = seenOf(await ran(yaml));

    expect(seen).toContain('ana');
    expect(seen).not.toContain('open sesame');
    expect(seen).not.toContain('4711');
  });

  it('is not to be seen in reasons and messages either', async () => {
    const texts = [
      'stop: "${{ inputs.password }}"',
      'fail: { code: no, message: "${{ inputs.password }}" }',
      'wait: { until: "${{ inputs.password }}" }',
    ];
    for (const text of texts)
      expect(seenOf(await ran(`${INPUTS}\nsteps: [{ ${text} }]`))).not.toContain('open sesame');
  });

  it('is hidden where it lies inside of an object', async () => {
    const host = hostOf(
      `
inputs: { user: { type: object, properties: { name: { type: string }, key: { type: string, secret: true } } } }
steps: [{ card: test.echo, with: { value: "\${{ inputs.user }}" } }]`,
      {
        inputs: { user: { name: 'ana', key: 'open sesame' } },
      },
    );
    await host.finish();

    expect(host.history.detail.inputs).toEqual({ user: { name: 'ana', key: '••••••' } });
    expect(seenOf(host)).not.toContain('open sesame');
  });
});
