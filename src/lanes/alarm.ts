/**
 * The one alarm of the object. E7: a lane with an unfinished run has its alarm set, from the same commit on: times are
 * noted while a commit is written, and the alarm is set in the same turn.
 */

/** A lane with something under way is looked at this long after: longer than that no crash goes unnoticed. */
export const WATCH_MS = 30_000;

export interface Alarm {
  /** The lane has to be looked at by then; takes effect with `set`. */
  readonly note: (at: number) => void;
  /** Sets the alarm to the earliest time noted, when that is earlier than the one that is set. */
  readonly set: () => void;
  /** The alarm has gone off, or its time was read from the storage; null: none is set. */
  readonly isSetTo: (at: number | null) => void;
  readonly at: () => number | null;
}

interface Storage {
  readonly setAlarm: (at: number) => Promise<void>;
}

export const createAlarm = (storage: Storage, now: () => number): Alarm => {
  let armed: number | null = null;
  let wanted: number | null = null;
  return {
    note: (at) => {
      wanted = wanted === null ? at : Math.min(wanted, at);
    },
    set: () => {
      if (wanted === null) return;
      // `now` itself stalls inside an alarm (workerd issue 6866).
      const time = Math.max(wanted, now() + 1);
      wanted = null;
      if (armed !== null && armed <= time) return;
      armed = time;
      // Joins the transaction of this turn; a failure breaks the output gate and resets the object.
      void storage.setAlarm(time);
    },
    isSetTo: (at) => {
      armed = at;
    },
    at: () => armed,
  };
};
