/**
 * Performs what `decide` found ready, and begins its attempts together, after one commit.
 * E1: a drive that was replaced meanwhile begins nothing. E2: an attempt begins once its intent is committed.
 */
import { Unavailable } from '../domain/errors.ts';
import type { Effort } from './attempt.ts';
import { runErrands, startChildren } from './children.ts';
import type { Action, Decision } from './decide.ts';
import { commit, record, wake } from './driving.ts';
import type { Driving } from './driving.ts';
import { perform } from './perform.ts';
import type { Performed } from './perform.ts';
import type { Errand } from './look-after.ts';
import type { Child, Ports } from './ports.ts';
import { standing } from './state.ts';

/** Why an action that is ready cannot be performed now: no place is free, none is left, or our own infrastructure is silent. */
export type Blocked = 'later' | 'spent' | 'unavailable';

/** Performs what is ready. Attempts and called runs begin together, after one commit. */
export const advance = async (
  driving: Driving,
  { actions, errands }: Extract<Decision, { do: 'perform' }>,
): Promise<'done' | 'replaced' | Blocked> => {
  const { state, ports, host } = driving;
  const efforts: Effort[] = [];
  const children: Child[] = [];
  let blocked: Blocked | null = null;
  let did = 0;
  for (const action of actions) {
    // What was done before it may have ended a block, and a loop that is left takes away what else was ready.
    if (standing(state, action.path)?.frame !== action.frame) continue;
    const needsPlace = reachesOutside(ports, action);
    if (needsPlace && blocked !== null) continue;
    const place = needsPlace ? host.acquire(() => wake(driving)) : 'taken';
    const performed = place === 'taken' ? await performHere(driving, action, needsPlace) : place;
    if (typeof performed === 'string') {
      blocked = performed;
      continue;
    }
    if (performed.effort !== undefined) efforts.push(performed.effort);
    if (performed.child !== undefined) children.push(performed.child);
    if (host.isReplaced()) break;
    record(driving, performed.entry);
    did += 1;
  }
  driving.stepsSinceTurn += did;
  if (efforts.length + children.length + errands.length > 0)
    await begin(driving, { efforts, children, errands });
  if (host.isReplaced()) return 'replaced';
  return did > 0 ? 'done' : (blocked ?? 'done');
};

/** A place that was taken is given back unless an effort keeps it. */
const performHere = async (
  driving: Driving,
  action: Action,
  hasPlace: boolean,
): Promise<Performed | 'unavailable'> => {
  const { ports, state, host } = driving;
  let performed: Performed | undefined;
  try {
    performed = await perform({ ports, children: host.children }, state, action);
    return performed;
  } catch (error) {
    if (error instanceof Unavailable) return 'unavailable';
    throw error;
  } finally {
    if (hasPlace && performed?.effort === undefined) host.release();
  }
};

interface Outward {
  readonly efforts: readonly Effort[];
  readonly children: readonly Child[];
  readonly errands: readonly Errand[];
}

const begin = async (driving: Driving, { efforts, children, errands }: Outward): Promise<void> => {
  const { host } = driving;
  let mayBegin = false;
  try {
    if (host.isReplaced()) return;
    await commit(driving);
    mayBegin = !host.isReplaced();
  } finally {
    for (const effort of efforts) {
      if (mayBegin) launch(driving, effort);
      else host.release();
    }
  }
  if (!mayBegin) return;
  startChildren(driving, children);
  runErrands(driving, errands);
};

const launch = (driving: Driving, effort: Effort): void => {
  const { inFlight, results, host } = driving;
  const controller = new AbortController();
  inFlight.set(effort.path, controller);
  void effort.run(controller.signal).then((entry) => {
    host.release();
    inFlight.delete(effort.path);
    results.push(entry);
    wake(driving);
  });
};

/** Whether performing the action may send a request: then it needs a place among the lane's outside calls. */
const reachesOutside = (ports: Ports, action: Action): boolean => {
  if (action.kind === 'probe') return true;
  if (action.kind !== 'begin' && action.kind !== 'again') return false;
  return action.step.kind === 'card' && ports.cards.get(action.step.card)?.effect !== 'pure';
};
