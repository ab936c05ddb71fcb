/**
 * What a run has to do for one that it called: wait for its end, ask after it, cancel it. Decided from what stands in
 * the journal, the time, and what the drive itself has said and heard: nothing of it needs an entry.
 */
import { FIRST_ASK_MS, LONGEST_ASK_MS } from './ports.ts';
import type { CallActivity } from './state.ts';

/** To ask is also to start it, should nobody know it. */
export interface Errand {
  readonly word: 'ask' | 'cancel';
  readonly call: CallActivity;
}

/** What a drive last said to a child, and when it does so again. */
export interface Heard {
  readonly word: Errand['word'];
  readonly againAt: number;
  /** the drive stays meanwhile: the child may not have been started, or not have heard that it is cancelled */
  readonly stays: boolean;
}

/** What a drive knows of the children, by the ids of their runs. */
export interface Watch {
  /** see `Host` */
  readonly quietUntil: number;
  /** those that it is talking to */
  readonly busy: Set<string>;
  readonly heard: Map<string, Heard>;
}

export interface Care {
  /** null: none now */
  readonly errand: Errand | null;
  /** when to look again; null: no time is set */
  readonly at: number | null;
  readonly stays: boolean;
}

interface Looking {
  readonly now: number;
  readonly watch: Watch;
  /** its end is not needed any more */
  readonly isCut: boolean;
}

/** What is not awaited outlives its caller: it is started, come what may, and never cancelled. */
export const lookAfter = (call: CallActivity, { now, watch, isCut }: Looking): Care => {
  const { called, until } = call;
  const isLate = until !== null && until <= now;
  const word = (isCut || isLate) && !called.async ? 'cancel' : 'ask';
  const expiry = isLate ? null : until;
  if (watch.busy.has(called.run)) return { errand: null, at: expiry, stays: true };
  const heard = watch.heard.get(called.run);
  const first = word === 'cancel' ? now : nextAsk(called.at, watch.quietUntil);
  const dueAt = heard?.word === word ? heard.againAt : first;
  if (dueAt <= now) return { errand: { word, call }, at: null, stays: true };
  return { errand: null, at: Math.min(dueAt, expiry ?? dueAt), stays: heard?.stays ?? false };
};

/** The first time at which a child is asked after that is not before `from`: at its call, 60 s later, 120 s later, … */
export const nextAsk = (calledAt: number, from: number): number => {
  let at = calledAt;
  for (let gap = FIRST_ASK_MS; at < from && gap < LONGEST_ASK_MS; gap *= 2) at += gap;
  return at >= from ? at : at + Math.ceil((from - at) / LONGEST_ASK_MS) * LONGEST_ASK_MS;
};
