/** What a drive has in hand: what it recorded, what it has in flight, and what came in since it last looked. */
import type { Flow } from '../domain/flow.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { apply } from './apply.ts';
import { LONGEST_PAUSE_MS } from './ports.ts';
import type { Host, Ports, Rest } from './ports.ts';
import type { Watch } from './look-after.ts';
import { standing } from './state.ts';
import type { RunState } from './state.ts';

export type DriveEnd =
  | { readonly kind: 'final' }
  /** nothing to do before this time; null: only a person can bring it on */
  | { readonly kind: 'parked'; readonly until: number | null }
  | { readonly kind: 'replaced' };

/** An entry from outside the drive (a cancel, a person's word), made when its turn comes; null: refused meanwhile. */
export type Posted = (state: RunState, now: number) => { readonly entry: Entry; readonly flow?: Flow } | null;

/** What a drive has in hand. */
export interface Driving {
  readonly state: RunState;
  readonly ports: Ports;
  readonly host: Host;
  /** the attempts that it has under way itself, by path */
  readonly inFlight: Map<string, AbortController>;
  readonly watch: Watch;
  /** what came in since it last looked */
  readonly results: Entry[];
  readonly inbox: Posted[];
  /** entries that the state has seen and no commit has */
  buffer: Entry[];
  /** set by whatever it may be waiting for; kept until it looks, as it may not be waiting yet */
  isAwake: boolean;
  onWake: () => void;
  stepsSinceTurn: number;
  isOver: boolean;
}

export const record = (driving: Driving, entry: Entry, flow?: Flow): void => {
  apply(driving.state, entry, flow);
  driving.buffer.push(entry);
  // Nothing new begins, and what is in flight is told to come to an end.
  if (entry.type === 'ending') abort(driving);
};

export const abort = ({ inFlight }: Driving): void => {
  for (const controller of inFlight.values()) controller.abort();
};

export const commit = async (driving: Driving, rest?: Rest): Promise<void> => {
  const entries = driving.buffer;
  if (entries.length === 0 && rest === undefined) return;
  driving.buffer = [];
  await driving.host.commit(entries, rest);
};

/** What came in since the last look: results of attempts, and words from outside. */
export const collect = (driving: Driving): void => {
  const { state, ports, results, inbox } = driving;
  driving.isAwake = false;
  for (const entry of results.splice(0)) if (isAwaited(state, entry)) record(driving, entry);
  for (const posted of inbox.splice(0)) {
    const made = posted(state, ports.now());
    if (made !== null) record(driving, made.entry, made.flow);
  }
};

/** A result counts only for the attempt that is still under way. */
const isAwaited = (state: RunState, entry: Entry): boolean => {
  if (isFinal(state.status) || !('path' in entry)) return false;
  return standing(state, entry.path)?.frame.activity?.kind === 'attempt';
};

export const wake = (driving: Driving): void => {
  driving.isAwake = true;
  driving.onWake();
};

export const pause = async (driving: Driving, until: number | null): Promise<void> => {
  const { ports } = driving;
  if (driving.isAwake) return;
  let callOff = (): void => undefined;
  await new Promise<void>((resolve) => {
    driving.onWake = resolve;
    if (until === null) return;
    const ms = Math.min(Math.max(0, until - ports.now()), LONGEST_PAUSE_MS);
    callOff = ports.after(ms, () => wake(driving));
  });
  callOff();
  driving.onWake = () => undefined;
};

/** In the same turn as the last look into the inbox: what is posted later is refused, not lost. */
export const over = (driving: Driving, end: DriveEnd): DriveEnd => {
  driving.isOver = true;
  return end;
};
