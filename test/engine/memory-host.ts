/** A lane in plain memory for one run: a journal that survives its host, words from outside, and a host that may die. */
import type { Flow } from '../../src/domain/flow.ts';
import type { Failure } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Entry } from '../../src/domain/run.ts';
import { begin, fold } from '../../src/engine/apply.ts';
import { createDrive } from '../../src/engine/drive.ts';
import type { Drive, DriveEnd, Posted } from '../../src/engine/drive.ts';
import { historyOf } from '../../src/engine/history.ts';
import type { History } from '../../src/engine/history.ts';
import type { Children, Host, Ports } from '../../src/engine/ports.ts';
import type { RunState } from '../../src/engine/state.ts';
import { Clock } from './clock.ts';
import { testCards, World } from './world.ts';

type Created = Extract<Entry, { type: 'created' }>;

export interface HostOptions {
  readonly flow: Flow;
  readonly inputs?: JsonObject;
  readonly world?: World;
  readonly ports?: Partial<Ports>;
}

const createdOf = ({ flow, inputs = {} }: HostOptions, now: number): Created => ({
  type: 'created',
  at: now,
  flow: flow.name,
  version: 1,
  url: 'http://localhost:8787/runs/x',
  trigger: 'manual',
  caller: { kind: 'token', id: 'tok_test' },
  inputs,
});

export class MemoryHost {
  readonly id = 'run_01kb0000000000000000000000';
  readonly clock = new Clock();
  readonly world: World;
  readonly ports: Ports;
  /** flows by version; the run starts in version 1 */
  readonly versions: Map<number, Flow>;
  /** what is left when the host dies */
  journal: Entry[];
  /** sizes of the commits so far */
  readonly commits: number[] = [];
  state: RunState;
  drive: Drive | undefined;
  /** the host dies with the commit of this entry (counted from 1), once; what the commit holds beyond it is lost */
  diesAfter: number | null = null;
  /** the host dies with each such entry that it makes: 3 is the third, the sixth, … */
  diesEvery: number | null = null;
  /** after so many deaths it lives on: with one after each intent no effect could ever be begun */
  mostDeaths = Infinity;
  deaths = 0;
  /** called after each commit, with the state that the drive has in memory */
  onCommit: (state: RunState) => void = () => undefined;
  /** what of the host's other doings a test wants otherwise */
  hosting: Partial<Host> = {};
  readonly #created: Created;
  #epoch = 0;
  #onDeath: () => void = () => undefined;

  constructor(options: HostOptions) {
    this.world = options.world ?? new World();
    const { clock, world } = this;
    world.now = () => clock.now;
    world.pause = clock.pause;
    world.die = () => this.die();
    this.ports = {
      cards: testCards(world),
      now: () => clock.now,
      random: () => 0.5,
      after: clock.after,
      connection: async () => undefined,
      secrets: async (names) => Object.fromEntries(names.map((name) => [name, `value-of-${name}`])),
      helper: async () => ({ kind: 'missing' }),
      fetch: async () => new Response(),
      network: { allowLoopback: false, ownHosts: [] },
      ...options.ports,
    };
    this.versions = new Map([[1, options.flow]]);
    this.#created = createdOf(options, clock.now);
    this.journal = [this.#created];
    this.state = begin(this.id, options.flow, this.#created);
  }

  flowOf = (version: number): Flow => {
    const flow = this.versions.get(version);
    if (flow === undefined) throw new Error(`no version ${version}`);
    return flow;
  };

  get history(): History {
    return historyOf(this.id, this.journal, this.flowOf);
  }

  /** The host is gone, with all it knew: what is in flight reaches nobody. Never returns. */
  die(): Promise<never> {
    this.#epoch += 1;
    this.deaths += 1;
    this.clock.forget();
    this.#onDeath();
    return new Promise<never>(() => undefined);
  }

  /** Drives the run, from its journal, until it ends, parks, or the host dies. The clock moves when all else waits for it. */
  async go(first?: Posted): Promise<DriveEnd | { readonly kind: 'died' }> {
    const end = this.begin(first);
    let ended: DriveEnd | { readonly kind: 'died' } | undefined;
    let broken: unknown;
    void end.then(
      (value) => (ended = value),
      (error: unknown) => (broken = error),
    );
    for (;;) {
      await idle();
      if (broken !== undefined) throw broken;
      if (ended !== undefined) return ended;
      if (!this.clock.next()) throw new Error('the drive waits for nothing');
    }
  }

  /** Begins a drive; tests that have words for it meanwhile look after the clock themselves. */
  begin(first?: Posted): Promise<DriveEnd | { readonly kind: 'died' }> {
    this.#epoch += 1;
    const epoch = this.#epoch;
    this.state = fold(this.id, this.journal, this.flowOf);
    const { state } = this;
    const death = new Promise<{ readonly kind: 'died' }>((resolve) => {
      this.#onDeath = () => resolve({ kind: 'died' });
    });
    const host: Host = {
      commit: (entries) => this.#commit(entries, { epoch, state }),
      isReplaced: () => epoch !== this.#epoch,
      acquire: () => 'taken',
      release: () => undefined,
      children: nobody,
      quietUntil: 0,
      turn: async () => undefined,
      ...this.hosting,
    };
    this.drive = createDrive(state, { ports: this.ports, host });
    if (first !== undefined) this.drive.post(first);
    return Promise.race([this.drive.run(), death]);
  }

  /** Wakes the run when its time comes and after every death, until it has ended or only a person can bring it on. */
  async finish(first?: Posted): Promise<RunState> {
    let end = await this.go(first);
    for (let wakes = 0; wakes < 1_000; wakes += 1) {
      if (end.kind === 'final') return this.state;
      if (end.kind === 'parked' && (end.until === null || this.#needsPerson())) return this.state;
      if (end.kind === 'parked' && end.until !== null) this.clock.moveTo(end.until);
      end = await this.go();
    }
    throw new Error('the run is woken without end');
  }

  cancel = (): Posted => {
    return (_, at) => ({ entry: { type: 'ending', at, status: 'cancelled', by: 'ana@example.com' } });
  };

  retry = (version = this.state.version): Posted => {
    const flow = this.flowOf(version);
    return ({ attempt }, at) => ({
      entry: { type: 'retried', at, attempt: attempt + 1, version, by: 'ana@example.com' },
      flow,
    });
  };

  /** A person's word on a step in doubt. */
  happened = (path: string, value: Json): Posted => {
    return (_, at) => ({ entry: { type: 'succeeded', at, path, value } });
  };
  repeat = (path: string): Posted => {
    return (_, at) => ({ entry: { type: 'settled', at, path, by: 'ana@example.com', word: 'repeat' } });
  };
  giveUp = (path: string, error: Failure): Posted => {
    return (_, at) => ({ entry: { type: 'failed', at, path, error, happened: 'unknown' } });
  };

  /** Waiting for a person, who is asked before time passes. */
  #needsPerson(): boolean {
    return this.state.status === 'in_doubt' && !hasProbe(this.state);
  }

  #fatalEntry(): number {
    if (this.diesAfter !== null) return this.diesAfter;
    const made = this.journal.length;
    return this.diesEvery === null || this.deaths >= this.mostDeaths
      ? Infinity
      : made + this.diesEvery - (made % this.diesEvery);
  }

  async #commit(entries: readonly Entry[], by: { epoch: number; state: RunState }): Promise<void> {
    if (by.epoch !== this.#epoch) throw new Error('a replaced drive commits');
    const left = this.#fatalEntry() - this.journal.length;
    const kept = entries.slice(0, left).map((entry) => structuredClone(entry));
    this.journal.push(...kept);
    this.commits.push(kept.length);
    if (kept.length === left) {
      this.diesAfter = null;
      return this.die();
    }
    this.onCommit(by.state);
  }
}

const alone = () => Promise.reject(new Error('this host knows one run alone'));
const nobody: Children = { mint: alone, start: alone, ask: alone, cancel: alone };

/** Everything that can happen without the clock has happened. */
export const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const hasProbe = (state: RunState): boolean =>
  [...state.frames.values()].some(
    (frame) => frame.activity?.kind === 'doubt' && frame.activity.probeAt !== null,
  );
