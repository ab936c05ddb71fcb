/** How long things are kept: the settings SLUICE_KEEP_RUNS and SLUICE_KEEP_EVENTS. */
import { durationMs } from '../domain/duration.ts';
import type { Bindings } from './bindings.ts';

const KEEP_RUNS = '90d';
const KEEP_EVENTS = '30d';
/** An event is known again for so long: keys of runs live eight days, and nobody sends again after seven. */
const LEAST_EVENTS_MS = 7 * 86_400_000;

const lengthOf = (name: string, text: string): number => {
  const ms = durationMs(text);
  if (ms === undefined) throw new Error(`${name} is "${text}": write a length of time such as 90d.`);
  return ms;
};

/** Throws when the setting is no length of time; so does {@link keepEventsMs}. */
export const keepRunsMs = (env: Pick<Bindings, 'SLUICE_KEEP_RUNS'>): number =>
  lengthOf('SLUICE_KEEP_RUNS', env.SLUICE_KEEP_RUNS ?? KEEP_RUNS);

/** Less than seven days counts as seven: an event that is forgotten would start its runs again. */
export const keepEventsMs = (env: Pick<Bindings, 'SLUICE_KEEP_EVENTS'>): number =>
  Math.max(LEAST_EVENTS_MS, lengthOf('SLUICE_KEEP_EVENTS', env.SLUICE_KEEP_EVENTS ?? KEEP_EVENTS));
