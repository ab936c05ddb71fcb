/**
 * A dry run: what is pure or only reads is performed, waits are passed over, and every other effect is listed with the
 * request it would make. Nothing of it is kept; a step that was not performed gives null. What it calls is run dry too.
 */
import * as z from 'zod';
import type { ActionCard, Card, Cards } from '../domain/card.ts';
import { isPure } from '../domain/card.ts';
import type { Flow } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Entry, RunDetail, Start, StepRecord } from '../domain/run.ts';
import { begin } from './apply.ts';
import { endOf } from './child-end.ts';
import { createDrive } from './drive.ts';
import { historyOf } from './history.ts';
import { mask } from './mask.ts';
import type { Child, ChildReply, Children, Host, Ports } from './ports.ts';
import { secretInputs } from './prepare.ts';
import type { RunState } from './state.ts';

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

/** What a dry run and the dry runs of the flows that it calls have together. */
interface Rehearsal {
  readonly ports: Ports;
  readonly effects: DryEffect[];
  /** what may not be seen in them: secrets, and secret inputs */
  readonly hidden: string[];
  calls: number;
  /** ms of waits that were passed over */
  skipped: number;
}

type Created = Extract<Entry, { type: 'created' }>;

/** One of the runs: the outermost, or one that was called. Its effects stand below the step that called it. */
interface Part {
  readonly id: string;
  readonly flow: Flow;
  readonly created: Created;
  readonly prefix: string;
}

interface Played {
  readonly state: RunState;
  readonly entries: readonly Entry[];
  readonly isComplete: boolean;
}

export const dryRun = async (world: Ports, order: DryOrder): Promise<DryRun> => {
  const hidden: string[] = [];
  const secrets: Ports['secrets'] = async (names) => {
    const values = await world.secrets(names);
    hidden.push(...Object.values(values));
    return values;
  };
  const now = (): number => world.now() + rehearsal.skipped;
  const rehearsal: Rehearsal = {
    ports: { ...world, now, secrets },
    effects: [],
    hidden,
    calls: 0,
    skipped: 0,
  };
  const { id, flow, version, url, start } = order;
  const created: Created = { type: 'created', at: now(), flow: flow.name, version, url, ...start };
  const { entries, isComplete } = await play(rehearsal, { id, flow, created, prefix: '' });
  const { detail, steps } = historyOf(id, entries, () => flow);
  // A card describes its input as it is; masking an object gives an object.
  const shown = rehearsal.effects.map((effect) => ({
    ...effect,
    request: mask(effect.request, hidden) as JsonObject,
  }));
  return { detail, steps, effects: shown, isComplete };
};

const play = async (rehearsal: Rehearsal, part: Part): Promise<Played> => {
  const { id, flow, created, prefix } = part;
  const ports = { ...rehearsal.ports, cards: listing(rehearsal.ports.cards, rehearsal.effects, prefix) };
  const state = begin(id, flow, created);
  rehearsal.hidden.push(...secretInputs(state));
  const entries: Entry[] = [created];
  const host: Host = {
    commit: async (more: readonly Entry[]) => void entries.push(...more),
    isReplaced: () => false,
    acquire: () => (rehearsal.calls++ < CALLS ? 'taken' : 'spent'),
    release: () => undefined,
    children: dryChildren(rehearsal, prefix),
    quietUntil: 0,
    turn: async () => undefined,
  };
  let isComplete = false;
  for (let wakes = 0; wakes < WAKES; wakes += 1) {
    const end = await createDrive(state, { ports, host }).run();
    isComplete = end.kind === 'final';
    if (end.kind !== 'parked' || end.until === null || rehearsal.calls > CALLS) break;
    rehearsal.skipped += Math.max(0, end.until - ports.now());
  }
  return { state, entries, isComplete };
};

/** What is called is played through at once. One that stops early ends all: its caller waits for it in vain. */
const dryChildren = (rehearsal: Rehearsal, prefix: string): Children => {
  let minted = 0;
  const playChild = async ({ run, flow, created }: Child): Promise<ChildReply> => {
    const path = `${prefix}${created.parent?.path ?? ''}/`;
    const { state, isComplete } = await play(rehearsal, { id: run, flow, created, prefix: path });
    rehearsal.calls = isComplete ? rehearsal.calls : Infinity;
    return isComplete ? { kind: 'ended', end: endOf(state) } : { kind: 'running' };
  };
  const nobody = async (runs: readonly string[]): Promise<readonly ChildReply[]> =>
    runs.map(() => ({ kind: 'ended', end: { status: 'cancelled', outputs: null, error: null } }));
  return {
    mint: async () => `dry_${prefix}${(minted += 1)}`,
    start: async (children) => {
      const replies: ChildReply[] = [];
      for (const child of children) replies.push(await playChild(child));
      return replies;
    },
    ask: async (runs) => runs.map(() => ({ kind: 'running' })),
    cancel: nobody,
  };
};

/** The cards, of which only those that change nothing do anything. */
const listing = (cards: Cards, effects: DryEffect[], prefix: string): Cards =>
  new Map(
    [...cards].map(
      ([id, card]) => [id, isPure(card) ? card : listed({ id, card, prefix }, effects)] as const,
    ),
  );

interface Listed {
  readonly id: string;
  readonly card: ActionCard;
  readonly prefix: string;
}

const listed = ({ id, card, prefix }: Listed, effects: DryEffect[]): Card => ({
  ...card,
  // What is not performed gives null, whatever its card promises.
  output: z.unknown(),
  effect: () => 'safe',
  perform: async (input, context) => {
    if (card.reads?.(input) === true) return card.perform(input, context);
    const effect = card.effect(input, context.connection);
    const path = prefix + context.effectKey.slice(context.effectKey.indexOf(':') + 1);
    effects.push({ path, card: id, effect, request: card.describe(input, context.connection) });
    return null;
  },
});
