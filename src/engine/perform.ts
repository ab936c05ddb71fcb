/**
 * Does what `decide` asked for. Everything that reaches nothing outside is done at once and gives its entry; an
 * attempt of an action gives its intent, and what to do once that is committed (E2).
 */
import type { ActionCard, PureCard } from '../domain/card.ts';
import { isPure } from '../domain/card.ts';
import { failureOf, StepError } from '../domain/errors.ts';
import type { CardStep } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { utf8Length } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { LIMITS } from '../domain/run.ts';
import { triesOf } from './apply-step.ts';
import { effort, intend, probe } from './attempt.ts';
import { performCall } from './call.ts';
import type { Effort } from './attempt.ts';
import { isTrue, performControl, round, tooLarge } from './control.ts';
import type { Here } from './control.ts';
import type { Action } from './decide.ts';
import { mask, maskText } from './mask.ts';
import type { Child, Children, Ports } from './ports.ts';
import { prepare, secretInputs } from './prepare.ts';
import type { Placed, Prepared } from './prepare.ts';
import { afterFailure } from './retry.ts';
import type { RunState } from './state.ts';

export interface Performed {
  readonly entry: Entry;
  readonly effort?: Effort;
  /** to be started once the entry is committed */
  readonly child?: Child;
}

export interface Reach {
  readonly ports: Ports;
  readonly children: Children;
}

/** Never throws a `StepError`: it becomes the step's `failed` entry. Rejects with `Unavailable`, and on bugs. */
export const perform = async (reach: Reach, state: RunState, action: Action): Promise<Performed> => {
  const { ports } = reach;
  const { frame, path, step } = action;
  const now = ports.now();
  const here: Here = { state, frame, path, now: triesOf(frame.activity, now).since };
  try {
    switch (action.kind) {
      case 'recall':
        return {
          entry: {
            type: 'recalled',
            at: now,
            path,
            ...(action.round === undefined ? {} : { round: action.round }),
          },
        };
      case 'wake':
        return { entry: { type: 'succeeded', at: now, path, value: null } };
      case 'round':
        return { entry: await round(here, action.step, action.index) };
      case 'lost':
        return { entry: lost(ports, state, action) };
      case 'probe':
        return { entry: await look(ports, state, action) };
      case 'again':
      case 'begin':
        if (step.when !== undefined && action.kind === 'begin' && !(await isTrue(here, step.when))) {
          return { entry: { type: 'skipped', at: now, path } };
        }
        if (step.kind === 'call') return await performCall(reach, here, step);
        if (step.kind === 'card') return await performCard(ports, here, step);
        return { entry: await performControl(here, step) };
    }
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const failure = failureOf(error, step.id ?? path);
    const hidden = { ...failure, message: maskText(failure.message, secretInputs(state)) };
    return { entry: { type: 'failed', at: now, path, error: hidden, happened: 'no' } };
  }
};

const cardOf = (ports: Ports, step: CardStep): PureCard | ActionCard => {
  const card = ports.cards.get(step.card);
  if (card === undefined)
    throw new StepError('unknown_card', `This version of Sluice has no card "${step.card}"`);
  return card;
};

const performCard = async (ports: Ports, here: Here, step: CardStep): Promise<Performed> => {
  const card = cardOf(ports, step);
  const { state, frame, path } = here;
  const placed: Placed = { state, frame, step, path };
  const prepared = await prepare(ports, placed, { card, now: here.now });
  if (isPure(card)) return { entry: await compute(ports, here, { card, prepared }) };
  const tries = triesOf(frame.activity, here.now);
  const now = ports.now();
  const number = tries.number + 1;
  return {
    entry: intend(placed, prepared, { card, number, now }),
    effort: effort(ports, placed, {
      card,
      prepared,
      tries: { ...tries, number, startedAt: now, since: tries.number === 0 ? now : tries.since },
    }),
  };
};

const compute = async (
  ports: Ports,
  { now, path }: Here,
  of: { readonly card: PureCard; readonly prepared: Prepared },
): Promise<Entry> => {
  const { input, shown, hidden } = of.prepared;
  const output = await of.card.run(input, { now, random: ports.random });
  const text = JSON.stringify(output) ?? 'null';
  const bytes = utf8Length(text);
  if (bytes > LIMITS.outputBytes) throw tooLarge(bytes);
  // Cards give JSON, by their output schema; a copy keeps the journal apart from what the card holds on to.
  const value = mask(JSON.parse(text) as Json, hidden);
  return { type: 'succeeded', at: now, path, value, input: shown };
};

/** An intent without a result: what it reached outside, if anything, is unknown. */
const lost = (ports: Ports, state: RunState, action: Extract<Action, { kind: 'lost' }>): Entry => {
  const { step, path, activity } = action;
  const at = ports.now();
  const interrupted = new StepError('interrupted', 'The attempt was cut short by a restart', {
    happened: 'unknown',
    retry: 'yes',
  });
  if (step.kind !== 'card') throw new Error(`${path} is no card and cannot have been attempted`);
  const { effect } = activity;
  if (effect === 'probe' || effect === 'once')
    return afterFailure({ step, path, effect, tries: activity, now: at, random: ports.random }, interrupted);
  const failed = { type: 'failed', at, path, error: failureOf(interrupted, step.id ?? path) } as const;
  return { ...failed, happened: 'unknown', ...(state.ending === null ? { retryAt: at } : {}) };
};

const look = async (
  ports: Ports,
  state: RunState,
  action: Extract<Action, { kind: 'probe' }>,
): Promise<Entry> => {
  const { frame, path, step, activity } = action;
  if (step.kind !== 'card') throw new Error(`${path} is no card: nothing to probe`);
  const card = cardOf(ports, step);
  if (isPure(card)) throw new Error(`${step.card} is pure: nothing to probe`);
  const placed: Placed = { state, frame, step, path };
  try {
    const prepared = await prepare(ports, placed, { card, now: activity.since });
    return await probe(ports, placed, { card, prepared, since: activity.since });
  } catch (error) {
    // E6: that one cannot look says nothing about what happened.
    if (!(error instanceof StepError)) throw error;
    const reason = `The probe failed: ${maskText(error.message, secretInputs(state))}`;
    return { type: 'doubted', at: ports.now(), path, reason };
  }
};
