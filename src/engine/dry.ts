/**
 * A dry run: what is pure or only reads is performed, waits are passed over, and every other effect is listed with the
 * request it would make. Nothing of it is kept; a step that was not performed gives null.
 */
import * as z from 'zod';
import type { ActionCard, Card, Cards } from '../domain/card.ts';
import { isPure } from '../domain/card.ts';
import type { Flow } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Entry, RunDetail, Start, StepRecord } from '../domain/run.ts';
import { begin } from './apply.ts';
import { createDrive } from './drive.ts';
import { historyOf } from './history.ts';
import { mask } from './mask.ts';
import type { Ports } from './ports.ts';
import { secretInputs } from './prepare.ts';

/** Outside calls of a dry run, all in one invocation. */
const CALLS = 40;
/** Times it is woken: waits and retries. */
const WAKES = 1_000;

export interface DryEffect {
  readonly path: string;
  readonly card: string;
  readonly effect: string;
  /** as its card describes it, secrets masked */
  readonly request: JsonObject;
}

export interface DryRun {
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
  readonly effects: readonly DryEffect[];
  /** false when it stopped early: too many calls or waits */
  readonly isComplete: boolean;
}

export interface DryOrder {
  readonly id: string;
  readonly flow: Flow;
  readonly version: number;
  readonly url: string;
  readonly start: Start;
}

export const dryRun = async (world: Ports, order: DryOrder): Promise<DryRun> => {
  const effects: DryEffect[] = [];
  let skipped = 0;
  const now = (): number => world.now() + skipped;
  const seen: string[] = [];
  const secrets: Ports['secrets'] = async (names) => {
    const values = await world.secrets(names);
    seen.push(...Object.values(values));
    return values;
  };
  const ports = { ...world, now, secrets, cards: listing(world.cards, effects) };
  const created: Entry = {
    type: 'created',
    at: now(),
    flow: order.flow.name,
    version: order.version,
    url: order.url,
    ...order.start,
  };
  const state = begin(order.id, order.flow, created);
  const entries: Entry[] = [created];
  let calls = 0;
  const host = {
    commit: async (more: readonly Entry[]) => void entries.push(...more),
    isReplaced: () => false,
    acquire: () => (calls++ < CALLS ? ('taken' as const) : ('spent' as const)),
    release: () => undefined,
    turn: async () => undefined,
  };
  let isComplete = false;
  for (let wakes = 0; wakes < WAKES; wakes += 1) {
    const end = await createDrive(state, { ports, host }).run();
    isComplete = end.kind === 'final';
    if (end.kind !== 'parked' || end.until === null || calls > CALLS) break;
    skipped += Math.max(0, end.until - now());
  }
  const { detail, steps } = historyOf(order.id, entries, () => order.flow);
  // A card describes its input as it is; masking an object gives an object.
  const hidden = [...seen, ...secretInputs(state)];
  const shown = effects.map((effect) => ({ ...effect, request: mask(effect.request, hidden) as JsonObject }));
  return { detail, steps, effects: shown, isComplete };
};

/** The cards, of which only those that change nothing do anything. */
const listing = (cards: Cards, effects: DryEffect[]): Cards =>
  new Map([...cards].map(([id, card]) => [id, isPure(card) ? card : listed(id, card, effects)] as const));

const listed = (id: string, card: ActionCard, effects: DryEffect[]): Card => ({
  ...card,
  // What is not performed gives null, whatever its card promises.
  output: z.unknown(),
  effect: () => 'safe',
  perform: async (input, context) => {
    if (card.reads?.(input) === true) return card.perform(input, context);
    const effect = card.effect(input, context.connection);
    const path = context.effectKey.slice(context.effectKey.indexOf(':') + 1);
    effects.push({ path, card: id, effect, request: card.describe(input, context.connection) });
    return null;
  },
});
