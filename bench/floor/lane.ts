/** The Durable Object under the floors: what a run must cost at least when its history is kept in an object's SQLite. */
import { DurableObject } from 'cloudflare:workers';
import { fiveSteps } from './five-steps.ts';
import type { Given, HandRun } from './five-steps.ts';

interface Waiting {
  readonly run: HandRun;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class FloorLane extends DurableObject {
  #group: Waiting[] = [];

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, status TEXT, at INTEGER, outputs TEXT) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS steps (
        run TEXT, number INTEGER, name TEXT, input TEXT, output TEXT, PRIMARY KEY (run, number)
      ) WITHOUT ROWID;`);
  }

  /** A transaction a run. */
  async alone(given: Given): Promise<string> {
    const run = fiveSteps(given);
    this.ctx.storage.transactionSync(() => this.#write(run));
    return JSON.stringify(run.outputs);
  }

  /** A transaction for all that arrive together. */
  async together(given: Given): Promise<string> {
    const run = fiveSteps(given);
    await new Promise<void>((resolve, reject) => {
      this.#group.push({ run, resolve, reject });
      if (this.#group.length === 1) setTimeout(() => this.#commit(), 0);
    });
    return JSON.stringify(run.outputs);
  }

  /**
   * Requests one after the other, nothing recorded: what a run of effects must cost at least. Recorded, a row is on disk
   * before each of them (the output gate sees to it): what it must cost at least when it is durable.
   */
  async effects(url: string, count: number, isRecorded: boolean): Promise<void> {
    const run = crypto.randomUUID();
    for (let number = 0; number < count; number += 1) {
      if (isRecorded)
        this.ctx.storage.sql.exec('INSERT INTO steps VALUES (?, ?, ?, ?, ?)', run, number, 'call', url, '');
      await (await fetch(url)).json();
    }
  }

  #commit(): void {
    const group = this.#group;
    this.#group = [];
    try {
      this.ctx.storage.transactionSync(() => {
        for (const { run } of group) this.#write(run);
      });
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #write(run: HandRun): void {
    const { sql } = this.ctx.storage;
    const outputs = JSON.stringify(run.outputs);
    sql.exec('INSERT INTO runs VALUES (?, ?, ?, ?)', run.id, 'succeeded', Date.now(), outputs);
    for (const [number, step] of run.steps.entries()) {
      const [input, output] = [JSON.stringify(step.input), JSON.stringify(step.output)];
      sql.exec('INSERT INTO steps VALUES (?, ?, ?, ?, ?)', run.id, number, step.name, input, output);
    }
  }
}
