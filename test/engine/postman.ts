/** Messages between lanes: a seeded postman delivers them in no order, brings some twice and loses some. */

/** Chances of a message, from 0 to 1. */
export interface Weather {
  readonly seed: number;
  readonly lost: number;
  readonly doubled: number;
}
export const CALM: Weather = { seed: 1, lost: 0, doubled: 0 };

export class Postman {
  readonly #weather: Weather;
  readonly #bag: (() => void)[] = [];
  #chance: number;

  constructor(weather: Weather) {
    this.#weather = weather;
    this.#chance = weather.seed;
  }

  /** Delivers one of the messages; false when there is none. */
  deliver(): boolean {
    const message = this.#bag.splice(Math.floor(this.#draw() * this.#bag.length), 1)[0];
    message?.();
    return message !== undefined;
  }

  send(arrive: (isLost: boolean) => void): void {
    const copies = this.#draw() < this.#weather.doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const isLost = this.#draw() < this.#weather.lost;
      this.#bag.push(() => arrive(isLost));
    }
  }

  /** A request and its reply. Either may be lost: whoever asked cannot tell which. */
  request<T>(perform: () => T, silence: T): Promise<T> {
    return new Promise((resolve) => {
      this.send((isLost) => {
        if (isLost) return resolve(silence);
        const reply = perform();
        this.send((isReplyLost) => resolve(isReplyLost ? silence : reply));
      });
    });
  }

  #draw(): number {
    this.#chance = (Math.imul(this.#chance, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#chance / 2 ** 32;
  }
}
