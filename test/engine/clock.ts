/** A clock that stands still until it is moved, with the timers that were set on it. */

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class Clock {
  now: number;
  #timers: Timer[] = [];

  constructor(now = Date.UTC(2026, 10, 23, 12)) {
    this.now = now;
  }

  after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** A promise that is kept once the clock has moved so far. */
  pause = (ms: number): Promise<void> => new Promise((resolve) => void this.after(ms, resolve));

  /** When the next timer fires; Infinity when there is none. */
  get nextAt(): number {
    return Math.min(Infinity, ...this.#timers.map(({ at }) => at));
  }

  /** Moves on to the next timer and fires it; false when there is none. */
  next(): boolean {
    const due = this.#timers.toSorted((a, b) => a.at - b.at)[0];
    if (due === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== due);
    this.moveTo(due.at);
    due.callback();
    return true;
  }

  moveTo(time: number): void {
    this.now = Math.max(this.now, time);
  }

  /** The timers of a host that died are gone with it. */
  forget(): void {
    this.#timers = [];
  }
}
