/**
 * A drive and the runs that it calls: what it tells them, and what comes of the replies. What it hears becomes a word
 * like any from outside, so that an end counts once however often and by whichever way it comes (T5).
 */
import { StepError, Unavailable } from '../domain/errors.ts';
import { childOf, helperFor } from './call.ts';
import { childEnded, childRefused, childStarted } from './child-end.ts';
import { wake } from './driving.ts';
import type { Driving } from './driving.ts';
import { nextAsk } from './look-after.ts';
import type { Errand } from './look-after.ts';
import { UNAVAILABLE_MS } from './ports.ts';
import type { Child, ChildReply } from './ports.ts';
import { standing } from './state.ts';
import type { CallActivity } from './state.ts';

/** A child that was told to end, and has not, is told again after this. */
const CANCEL_AGAIN_MS = 60_000;

/** After the commit of their `called` entries (E2). */
export const startChildren = (driving: Driving, children: readonly Child[]): void => {
  const errands = children.flatMap(({ run, created }): Errand[] => {
    const activity = standing(driving.state, created.parent?.path ?? '')?.frame.activity;
    return activity?.kind === 'call' && activity.called.run === run ? [{ word: 'ask', call: activity }] : [];
  });
  if (errands.length > 0) hear(driving, errands, driving.host.children.start(children));
};

/** After the commit of what makes them necessary. */
export const runErrands = (driving: Driving, errands: readonly Errand[]): void => {
  const { children } = driving.host;
  const runs = (word: Errand['word']) => errands.filter((errand) => errand.word === word);
  const [asked, cancelled] = [runs('ask'), runs('cancel')];
  if (asked.length > 0) hear(driving, asked, children.ask(asked.map(runOf)));
  if (cancelled.length > 0) hear(driving, cancelled, children.cancel(cancelled.map(runOf), driving.state.id));
};

const runOf = ({ call }: Errand): string => call.called.run;

const hear = (
  driving: Driving,
  errands: readonly Errand[],
  replies: Promise<readonly ChildReply[]>,
): void => {
  for (const errand of errands) driving.watch.busy.add(runOf(errand));
  void replies.then((all) => {
    for (const [index, errand] of errands.entries())
      take(driving, errand, all[index] ?? { kind: 'unavailable' });
    wake(driving);
  });
};

const take = (driving: Driving, errand: Errand, reply: ChildReply): void => {
  const { watch, inbox } = driving;
  const { called } = errand.call;
  if (reply.kind === 'unknown') return void startAgain(driving, errand.call);
  watch.busy.delete(called.run);
  if (reply.kind === 'ended') inbox.push(childEnded(called, reply.end));
  else if (reply.kind === 'running' && called.async) inbox.push(childStarted(called));
  else watch.heard.set(called.run, heardOf(driving, errand, reply.kind));
};

const heardOf = (driving: Driving, { word, call }: Errand, reply: 'running' | 'unavailable') => {
  const now = driving.ports.now();
  if (reply === 'unavailable') return { word, againAt: now + UNAVAILABLE_MS, stays: true };
  if (word === 'cancel') return { word, againAt: now + CANCEL_AGAIN_MS, stays: true };
  return { word, againAt: nextAsk(call.called.at, now + 1), stays: false };
};

/** Nobody knows it: its start was lost. It is sent again, by the same id, and in the same version. */
const startAgain = async (driving: Driving, call: CallActivity): Promise<void> => {
  const { called } = call;
  const errand: Errand = { word: 'ask', call };
  try {
    const { flow } = await helperFor(driving.ports, called.flow, called.version);
    if (driving.host.isReplaced()) return;
    hear(driving, [errand], driving.host.children.start([childOf(driving.state, called, flow)]));
  } catch (error) {
    if (error instanceof StepError) {
      driving.watch.busy.delete(called.run);
      driving.inbox.push(childRefused(called, error));
    } else if (error instanceof Unavailable) take(driving, errand, { kind: 'unavailable' });
    else throw error;
    wake(driving);
  }
};
