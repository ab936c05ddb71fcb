/** What lies outside: callees that remember what arrived, and the cards of the tests that reach them. */
import * as z from 'zod';
import { action, pure } from '../../src/domain/card.ts';
import type { ActionContext, Card, Cards, Probed } from '../../src/domain/card.ts';
import { StepError } from '../../src/domain/errors.ts';
import type { StepErrorDetail } from '../../src/domain/errors.ts';
import type { Json } from '../../src/domain/json.ts';

export interface Call {
  readonly key: string;
  /** what the step calls itself: `with: { name: … }` */
  readonly name: string;
  /** how many calls with this key there were, this one included */
  readonly number: number;
  readonly at: number;
  /** the time that the card was told */
  readonly told: number;
}

/** What becomes of a call: it arrives or it does not, and then there is an answer, an error or silence, or the host dies. */
export interface Fate {
  readonly arrives: boolean;
  readonly then: { readonly answer: Json } | { readonly error: Error } | 'silence' | 'death';
  /** how long it takes, on the clock of the test */
  readonly afterMs?: number;
}

export const answered = (answer: Json, afterMs = 0): Fate => ({ arrives: true, then: { answer }, afterMs });

/** An error that says itself whether the call arrived. */
export const failing = (code: string, detail: StepErrorDetail = {}, message = `It said ${code}`): Fate => ({
  arrives: detail.happened === 'yes',
  then: { error: new StepError(code, message, detail) },
});

export class World {
  readonly calls: Call[] = [];
  /** By default every call arrives and is answered with its name. */
  fate: (call: Call) => Fate = ({ name }) => answered({ name });
  /** What a probe finds out; by default the truth. */
  probe: (key: string) => Probed | Promise<Probed> = (key) =>
    this.arrivals(key) > 0 ? { happened: 'yes', output: { name: this.#nameOf(key) } } : { happened: 'no' };
  now: () => number = () => 0;
  pause: (ms: number) => Promise<void> = async () => undefined;
  /** Ends the host in which the call was made; never returns. */
  die: () => Promise<never> = () => Promise.reject(new Error('nobody can die'));
  readonly #arrived = new Map<string, number>();

  /** How often an effect took place. */
  arrivals(key: string): number {
    return this.#arrived.get(key) ?? 0;
  }

  /** The names of the calls so far, in order. */
  get names(): readonly string[] {
    return this.calls.map(({ name }) => name);
  }

  async call(name: string, { effectKey: key, signal, now: told }: ActionContext): Promise<Json> {
    const number = this.calls.filter((call) => call.key === key).length + 1;
    const call = { key, name, number, at: this.now(), told };
    this.calls.push(call);
    const { arrives, then, afterMs = 0 } = this.fate(call);
    if (arrives) this.#arrived.set(key, this.arrivals(key) + 1);
    if (afterMs > 0) await this.pause(afterMs);
    if (then === 'death') return this.die();
    if (then === 'silence') return aborted(signal);
    if ('error' in then) throw then.error;
    return then.answer;
  }

  #nameOf(key: string): string {
    return this.calls.find((call) => call.key === key)?.name ?? '';
  }
}

/** Says nothing until the attempt is over; a request that was cut off may have arrived. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const effectCard = (world: World, effect: 'safe' | 'probe' | 'once') =>
  action({
    title: `A ${effect} effect`,
    doc: 'Reaches the world of the test.',
    input: z.object({ name: z.string().default('x'), value: z.unknown().optional() }),
    output: z.unknown(),
    effect: () => effect,
    connects: { kinds: [], optional: true },
    examples: [{ input: {}, request: { method: 'GET', url: 'x' }, answer: { status: 200 }, output: null }],
    perform: (input, context) => world.call(input.name, context),
    probe: async (_, context) => world.probe(context.effectKey),
    describe: (input) => ({ name: input.name }),
  });

const echo = pure({
  title: 'Echo',
  doc: 'Gives what it was given.',
  input: z.object({ value: z.unknown().optional() }),
  output: z.unknown(),
  examples: [{ input: { value: 1 }, output: 1 }],
  run: (input) => input.value ?? null,
});

const fail = pure({
  title: 'Fail',
  doc: 'Fails.',
  input: z.object({ code: z.string().default('broken') }),
  output: z.null(),
  examples: [{ input: {}, error: 'broken' }],
  run: (input) => {
    throw new StepError(input.code, `It said ${input.code}`);
  },
});

export const testCards = (world: World): Cards =>
  new Map<string, Card>([
    ['world.safe', effectCard(world, 'safe')],
    ['world.probe', effectCard(world, 'probe')],
    ['world.once', effectCard(world, 'once')],
    ['test.echo', echo],
    ['test.fail', fail],
  ]);
