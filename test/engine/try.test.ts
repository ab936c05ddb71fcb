/** `try`: what is caught, what is passed on, and what each of its blocks sees. */
import { describe, expect, it } from 'vitest';
import { hostOf, outputsOf, runFlow } from './run-flow.ts';

describe('catch', () => {
  it('is passed by when nothing fails', async () => {
    const steps = `
  - { id: tried, try: [{ yield: 1 }], catch: [{ yield: 2 }] }
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: 1 });
  });

  it('gives the value of the try when something failed', async () => {
    const steps = `
  - { id: tried, try: [{ card: test.fail }, { yield: 1 }], catch: [{ yield: "\${{ error.code }}" }] }
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: 'broken' });
  });

  it('that is empty swallows the error: the value is null', async () => {
    const steps = `
  - { id: tried, try: [{ card: test.fail }], catch: [] }
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: null });
  });

  it('that is missing passes the error on', async () => {
    const state = await runFlow('steps: [{ try: [{ card: test.fail }], finally: [] }]');

    expect(state.error?.code).toBe('broken');
  });

  it('that fails itself fails the try, once finally has run', async () => {
    const host = hostOf(`
steps:
  - try: [{ card: test.fail }]
    catch: [{ card: test.fail, with: { code: worse } }]
    finally: [{ card: world.safe, with: { name: audit } }]`);

    const state = await host.finish();

    expect([state.error?.code, host.world.names]).toEqual(['worse', ['audit']]);
  });

  it('sees the steps of its try: the values of those that succeeded, null for the others', async () => {
    const steps = `
  - id: tried
    try:
      - { id: made, card: world.safe, with: { name: made } }
      - { id: broken, card: test.fail }
      - { id: never, card: test.echo, with: { value: 1 } }
    catch:
      - yield: { made: "\${{ steps.made.name }}", broken: "\${{ $exists(steps.broken) }}", never: "\${{ steps.never }}" }
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: { made: 'made', broken: false, never: null } });
  });

  it('is for what fails below it, however deep, and the innermost one takes it', async () => {
    const steps = `
  - id: outer
    try:
      - forEach: [1]
        do:
          - { try: [{ card: test.fail, with: { code: deep } }], catch: [{ fail: { code: inner, message: "\${{ error.code }}" } }] }
    catch: [{ yield: { code: "\${{ error.code }}", message: "\${{ error.message }}" } }]
  - return: { outer: "\${{ steps.outer }}" }`;

    expect(await outputsOf(steps)).toEqual({ outer: { code: 'inner', message: 'deep' } });
  });

  it('has its error to itself: a try inside of it has its own, and then the first is back', async () => {
    const steps = `
  - id: outer
    try: [{ card: test.fail, with: { code: first } }]
    catch:
      - id: inner
        try: [{ card: test.fail, with: { code: second } }]
        catch: [{ yield: "\${{ error.code }}" }]
      - yield: ["\${{ steps.inner }}", "\${{ error.code }}"]
  - return: { outer: "\${{ steps.outer }}" }`;

    expect(await outputsOf(steps)).toEqual({ outer: ['second', 'first'] });
  });

  it('takes errors in expressions as well, with the step they stand in', async () => {
    const steps = `
  - id: tried
    try: [{ set: { n: a } }, { id: sum, set: { n: "\${{ $number(vars.n) }}" } }]
    catch: [{ yield: { code: "\${{ error.code }}", step: "\${{ error.step }}" } }]
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: { code: 'expression', step: 'sum' } });
  });
});

describe('finally', () => {
  const flow = (second: string) => `
steps:
  - try: [{ id: made, card: world.safe, with: { name: made } }, ${second}]
    catch: [{ id: undone, card: test.echo, with: { value: 1 } }]
    finally: [{ card: world.safe, with: { name: "finally \${{ steps.made.name }}" } }]`;

  it.each([
    ['after the try', '{ card: test.echo }'],
    ['after the catch', '{ card: test.fail }'],
  ])('sees the steps of the try, %s', async (_, second) => {
    const host = hostOf(flow(second));

    await host.finish();

    expect(host.world.names).toEqual(['made', 'finally made']);
  });
});

describe('a step with onError: continue', () => {
  it('is passed over: its value is null and its error can be read', async () => {
    const steps = `
  - { id: broken, card: test.fail, onError: continue }
  - return: { value: "\${{ steps.broken }}", code: "\${{ errors.broken.code }}" }`;

    expect(await outputsOf(steps)).toEqual({ value: null, code: 'broken' });
  });

  it('is passed over too when its input cannot be resolved', async () => {
    const steps = `
  - set: { n: a }
  - { id: broken, card: test.echo, with: { value: "\${{ $number(vars.n) }}" }, onError: continue }
  - return: { code: "\${{ errors.broken.code }}" }`;

    expect(await outputsOf(steps)).toEqual({ code: 'expression' });
  });
});
