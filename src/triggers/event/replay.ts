/**
 * Replays events: new runs, by a person's word, of what was accepted before. The flows judge an event as they are now; a
 * pause, our own having caused it, and the guard against loops count for nothing.
 *
 * T1: the same replay starts one run of an event and flow, so one that was cut off is simply asked for again.
 */
import { NO_FLOW, verdictKey, type FlowVerdict, type Verdicts } from '../../domain/event.ts';
import { mintedAt, mintId } from '../../domain/ids.ts';
import type { Caller } from '../../domain/run.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { findListeners } from '../../storage/listeners.ts';
import { loadEvents, type LoadedEvent } from '../../storage/load-events.ts';
import { writeVerdicts } from '../../storage/verdicts.ts';
import { publicOrigin } from '../run-url.ts';
import { ask, type Say } from './ask.ts';
import { conclude, type Concluded } from './conclude.ts';
import { judgedOf } from './judged.ts';
import type { Ordering, Replay } from './run-order.ts';

/** Events of one call: their bodies are in memory together. */
export const MOST_REPLAYED = 50;

const NOBODY: ReadonlySet<string> = new Set();

/** A new replay, or one that goes on when `id` is that of an earlier call. */
export const replayBy = (by: Caller, now: number, id?: string): Replay => {
  const known = id ?? mintId('rpl', now, (length) => crypto.getRandomValues(new Uint8Array(length)));
  return { id: known, by, at: mintedAt(known) };
};

export interface ReplayOrder {
  readonly replay: Replay;
  /** at most {@link MOST_REPLAYED} */
  readonly ids: readonly string[];
  /** only this one; all that listen without it */
  readonly flow?: string | undefined;
  readonly now: number;
}

export interface Replayed {
  readonly event: string;
  /** by flow, of this replay alone; empty when there is no such event any more */
  readonly verdicts: Verdicts;
}

const listensNot = (flow: string, source: string, at: number): Say => {
  const verdict: FlowVerdict = {
    verdict: 'not_matched',
    at,
    reason: `It does not listen to source ${source}.`,
  };
  return { flow, verdict };
};

const hear = async (
  env: Bindings,
  { event, verdicts }: LoadedEvent,
  only: string | undefined,
  how: Ordering,
): Promise<readonly Say[]> => {
  const { [NO_FLOW]: whole } = verdicts;
  if (whole?.verdict === 'invalid') return [{ flow: only ?? NO_FLOW, verdict: { ...whole, at: how.now } }];
  const { flows } = await findListeners(env.DB, event.source, how.now);
  const wanted = flows.filter(({ flow }) => only === undefined || flow.name === only);
  if (wanted.length === 0) return [listensNot(only ?? NO_FLOW, event.source, how.now)];
  const judged = judgedOf(event, NOBODY);
  const says: Say[] = [];
  for (const listener of wanted) says.push(await ask(env, listener, judged, how));
  return says;
};

/** A run that was started before keeps its place; what else a flow has said gives way to what it says now. */
const beside = (before: Verdicts, brought: Verdicts, replay: string): Verdicts =>
  Object.fromEntries(
    Object.entries(brought).map(([flow, verdict]) => [
      before[flow]?.verdict === 'started' && before[flow].run !== verdict.run
        ? verdictKey(flow, replay)
        : flow,
      verdict,
    ]),
  );

const record = async (
  env: Bindings,
  loaded: readonly LoadedEvent[],
  concluded: readonly Concluded[],
  { replay, now }: ReplayOrder,
): Promise<void> => {
  const judged = loaded.flatMap(({ event: { id }, verdicts, closed }, index) => {
    const brought = concluded[index]?.verdicts ?? {};
    if (verdicts[NO_FLOW]?.verdict === 'invalid') return [];
    return [{ id, verdicts: beside(verdicts, brought, replay.id), closedAt: closed ? now : null }];
  });
  await writeVerdicts(env.DB, judged);
};

/** In the order of their ids. Throws `StoreUnavailable` while D1 is silent: ask again with the same replay. */
export const replayEvents = async (env: Bindings, order: ReplayOrder): Promise<readonly Replayed[]> => {
  const { replay, ids, flow, now } = order;
  if (ids.length > MOST_REPLAYED) throw new Error(`${ids.length} events are too many for one replay call.`);
  const loaded = await loadEvents(env.DB, ids);
  const how: Ordering = { origin: publicOrigin(env), now, replay };
  const heard: (readonly Say[])[] = [];
  for (const one of loaded) heard.push(await hear(env, one, flow, how));
  const concluded = await conclude(env, heard, now);
  await record(env, loaded, concluded, order);
  const found = new Map(loaded.map(({ event }, index) => [event.id, concluded[index]?.verdicts ?? {}]));
  return ids.toSorted().map((event) => ({ event, verdicts: found.get(event) ?? {} }));
};
