/**
 * One attempt of an action card. E2: what is returned here is first the intent; `run` is called only after the
 * intent was committed. The outcome of the attempt is an entry too.
 */
import type { ActionCard, ActionContext } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { utf8Length } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { LIMITS } from '../domain/run.ts';
import { mask, maskText } from './mask.ts';
import type { Ports } from './ports.ts';
import type { Placed, Prepared } from './prepare.ts';
import { afterFailure, asStepError } from './retry.ts';
import type { Tries } from './state.ts';

/** How long a card has to say what became of its request once its time is over. */
const LAST_WORD_MS = 50;

export interface Effort {
  readonly path: string;
  /** Performs the attempt; never rejects. Aborting `stop` makes the outcome unknown, unless it is known by then. */
  readonly run: (stop: AbortSignal) => Promise<Entry>;
}

export const intend = (
  placed: Placed,
  prepared: Prepared,
  tries: { card: ActionCard; number: number; now: number },
): Entry => ({
  type: 'attempted',
  at: tries.now,
  path: placed.path,
  attempt: tries.number,
  effect: tries.card.effect(prepared.input, prepared.connection),
  input: prepared.shown,
});

export const effort = (
  ports: Ports,
  placed: Placed,
  of: { card: ActionCard; prepared: Prepared; tries: Tries },
): Effort => {
  const { state, step, path } = placed;
  const { card, prepared, tries } = of;
  const effect = card.effect(prepared.input, prepared.connection);
  const run = async (stop: AbortSignal): Promise<Entry> => {
    const limit = limited(ports, step.timeoutMs, stop);
    try {
      const context = contextOf(ports, {
        runId: state.id,
        path,
        prepared,
        signal: limit.signal,
        since: tries.since,
      });
      const output = await Promise.race([card.perform(prepared.input, context), limit.passed]);
      return { type: 'succeeded', at: ports.now(), path, value: checked(card, output, prepared.hidden) };
    } catch (error) {
      const attempted = { step, path, effect, tries, now: ports.now(), random: ports.random };
      return afterFailure(attempted, hide(asStepError(error), prepared.hidden));
    } finally {
      limit.clear();
    }
  };
  return { path, run };
};

/** A look whether an attempt of unknown outcome happened. */
export const probe = async (
  ports: Ports,
  placed: Placed,
  of: { card: ActionCard; prepared: Prepared; since: number },
): Promise<Entry> => {
  const { state, step, path } = placed;
  const { card, prepared } = of;
  const limit = limited(ports, step.timeoutMs, new AbortController().signal);
  try {
    const context = contextOf(ports, {
      runId: state.id,
      path,
      prepared,
      signal: limit.signal,
      since: of.since,
    });
    const probed = await Promise.race([
      card.probe?.(prepared.input, context) ?? { happened: 'unknown' as const },
      limit.passed,
    ]);
    const at = ports.now();
    if (probed.happened === 'yes')
      return { type: 'succeeded', at, path, value: mask(probed.output, prepared.hidden) };
    if (probed.happened === 'no') return { type: 'settled', at, path, by: 'probe', word: 'repeat' };
    return { type: 'doubted', at, path, reason: 'The probe could not tell whether it happened' };
  } catch (error) {
    const { message } = hide(asStepError(error), prepared.hidden);
    return { type: 'doubted', at: ports.now(), path, reason: `The probe failed: ${message}` };
  } finally {
    limit.clear();
  }
};

const contextOf = (
  ports: Ports,
  of: { runId: string; path: string; prepared: Prepared; signal: AbortSignal; since: number },
): ActionContext => ({
  now: of.since,
  random: ports.random,
  effectKey: `${of.runId}:${of.path}`,
  signal: of.signal,
  fetch: ports.fetch,
  network: ports.network,
  ...(of.prepared.connection === undefined ? {} : { connection: of.prepared.connection }),
});

/** The time limit of an attempt, which also ends it for a card that does not listen to its signal. */
const limited = (ports: Ports, timeoutMs: number, stop: AbortSignal) => {
  const controller = new AbortController();
  let fail: (error: StepError) => void = () => undefined;
  const passed = new Promise<never>((_, reject) => (fail = reject));
  passed.catch(() => undefined); // rejected after the race was won: nobody listens any more
  /** The card hears of it first: it may know by now that its request did, or did not, happen. */
  const end = (error: StepError): void => {
    controller.abort(error);
    ports.after(LAST_WORD_MS, () => fail(error));
  };
  const message = `No answer within ${timeoutMs} ms`;
  const cancel = ports.after(timeoutMs, () =>
    end(new StepError('timeout', message, { happened: 'unknown', retry: 'yes' })),
  );
  const onStop = (): void =>
    end(
      new StepError('interrupted', 'Ended while its attempt was under way', {
        happened: 'unknown',
        retry: 'no',
      }),
    );
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  const clear = (): void => {
    cancel();
    stop.removeEventListener('abort', onStop);
  };
  return { signal: controller.signal, passed, clear };
};

/** The output as the journal keeps it. What is too big happened all the same: the step fails unrepeated. */
const checked = (card: ActionCard, output: unknown, secrets: readonly string[]): Json => {
  const parsed = card.output.safeParse(output);
  if (!parsed.success) {
    throw new StepError(
      'bad_output',
      `The card's output does not fit its declaration: ${parsed.error.message}`,
      { happened: 'yes' },
    );
  }
  const text = JSON.stringify(parsed.data) ?? 'null';
  const bytes = utf8Length(text);
  if (bytes > LIMITS.outputBytes) {
    const message = `The step gave ${bytes} bytes; ${LIMITS.outputBytes} are the limit. Ask for less, or page`;
    throw new StepError('too_large', message, { happened: 'yes', retry: 'no' });
  }
  // Its schema says it is JSON, and it just was.
  return mask(JSON.parse(text) as Json, secrets);
};

const hide = (error: StepError, secrets: readonly string[]): StepError => {
  if (secrets.length === 0) return error;
  const { body, data, ...rest } = error.detail;
  return new StepError(error.code, maskText(error.message, secrets), {
    ...rest,
    ...(body === undefined ? {} : { body: mask(body, secrets) }),
    ...(data === undefined ? {} : { data: mask(data, secrets) }),
  });
};
