import { describe, expect, it } from 'vitest';
import { request } from '../../src/connectors/http.ts';
import { isPure } from '../../src/domain/card.ts';
import { dryRun } from '../../src/engine/dry.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { flowOf } from './flow-of.ts';
import { MemoryHost } from './memory-host.ts';

const tryOut = async (yaml: string, inputs = {}, ports: Partial<Ports> = {}) => {
  const flow = flowOf(yaml);
  const host = new MemoryHost({ flow, inputs, ports });
  const start = { trigger: 'manual', caller: { kind: 'token', id: 'tok_test' }, inputs } as const;
  const dry = await dryRun(host.ports, { id: host.id, flow, version: 0, url: '', start });
  return { dry, calls: host.world.calls };
};

describe('a dry run', () => {
  it('performs what is pure, passes over waits, and gives the outputs', async () => {
    const { dry } = await tryOut(`
steps:
  - { id: a, card: test.echo, with: { value: 1 } }
  - wait: { for: 3d }
  - return: { a: "\${{ steps.a }}" }
`);

    expect(dry.isComplete).toBe(true);
    expect(dry.detail).toMatchObject({ status: 'succeeded', outputs: { a: 1 } });
  });

  it('sends nothing that may change something, repeatable or not, and lists it instead', async () => {
    const { dry, calls } = await tryOut(`
steps:
  - { id: put, card: world.safe, with: { name: put } }
  - { id: post, card: world.once, with: { name: post } }
`);

    expect(calls).toEqual([]);
    expect(dry.effects.map(({ path, effect }) => [path, effect])).toEqual([
      ['put', 'safe'],
      ['post', 'once'],
    ]);
  });

  it('runs what is called dry as well, and lists its effects below the step that called it', async () => {
    const greet = flowOf(
      `
trigger: { kind: helper }
inputs: { name: { type: string }, word: { type: string, secret: true } }
steps:
  - { id: post, card: world.once, with: { name: "\${{ inputs.name & ' ' & inputs.word }}" } }
  - wait: { for: 1d }
  - return: { hello: "\${{ inputs.name }}" }`,
      'greet',
    );
    const { dry, calls } = await tryOut(
      `
steps:
  - id: each
    forEach: [Ana, Bo]
    concurrency: 2
    do: [{ id: one, call: greet, with: { name: "\${{ item }}", word: xyzzy } }]
  - { id: later, call: greet, with: { name: Cy, word: xyzzy }, async: true }
  - return: { all: "\${{ steps.each.results }}" }`,
      {},
      { helper: async () => ({ kind: 'found', flow: greet, version: 1 }) },
    );

    expect(calls).toEqual([]);
    expect([dry.isComplete, dry.detail.outputs]).toEqual([
      true,
      { all: [{ hello: 'Ana' }, { hello: 'Bo' }] },
    ]);
    expect(dry.effects.map(({ path, request }) => [path, request.name])).toEqual([
      ['each/0/one/post', 'Ana ••••••'],
      ['each/1/one/post', 'Bo ••••••'],
      ['later/post', 'Cy ••••••'],
    ]);
  });

  it('comes to an end when flows call one another without one', async () => {
    const again = flowOf('trigger: { kind: helper }\nsteps: [{ call: again }]', 'again');
    const { dry } = await tryOut(
      'steps: [{ call: again }]',
      {},
      {
        helper: async () => ({ kind: 'found', flow: again, version: 1 }),
      },
    );

    expect(dry.detail.error?.code).toBe('too_deep');
  });

  it('hides secrets and secret inputs in what it lists', async () => {
    const { dry } = await tryOut(
      `
inputs: { password: { type: string, secret: true } }
steps:
  - { id: post, card: world.once, with: { name: "\${{ secrets.key & ' ' & inputs.password }}" } }
`,
      { password: 'correct horse' },
    );

    expect(dry.effects[0]?.request).toEqual({ name: '•••••• ••••••' });
  });
});

describe('http.request', () => {
  it('only reads with GET, HEAD and OPTIONS', () => {
    if (isPure(request)) throw new Error('http.request is an action');
    const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

    expect(methods.filter((method) => request.reads?.({ method, url: 'https://example.com' }))).toEqual([
      'GET',
      'HEAD',
      'OPTIONS',
    ]);
  });
});
