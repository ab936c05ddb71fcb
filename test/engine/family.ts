/**
 * A run and all that it calls, each in a lane of its own in plain memory. What they say to one another goes by a
 * postman; each of them may die with any commit.
 */
import type { Flow } from '../../src/domain/flow.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ChildEnd, Entry } from '../../src/domain/run.ts';
import { isFinal } from '../../src/domain/run.ts';
import { fold } from '../../src/engine/apply.ts';
import { childEnded, endOf } from '../../src/engine/child-end.ts';
import { createDrive } from '../../src/engine/drive.ts';
import type { Posted } from '../../src/engine/drive.ts';
import { historyOf } from '../../src/engine/history.ts';
import type { Child, ChildReply, Children, FoundHelper, Host, Ports } from '../../src/engine/ports.ts';
import type { RunState } from '../../src/engine/state.ts';
import { Clock } from './clock.ts';
import { idle } from './memory-host.ts';
import { cancelledBy, isInDoubt } from './member.ts';
import type { Created, Member } from './member.ts';
import { CALM, Postman } from './postman.ts';
import type { Weather } from './postman.ts';
import { testCards, World } from './world.ts';

const CANCELLED: ChildEnd = { status: 'cancelled', outputs: null, error: null };

export class Family {
  readonly clock = new Clock();
  readonly world = new World();
  readonly ports: Ports;
  readonly members = new Map<string, Member>();
  /** called in place of the stored flows */
  readonly helpers: Map<string, FoundHelper>;
  /** a member dies with the commit of this entry, counted over all of them from 1; once */
  diesAfter: number | null = null;
  /** some member dies with each entry whose number can be divided by this, so often at most */
  diesEvery: number | null = null;
  mostDeaths = Infinity;
  deaths = 0;
  /** entries of all members so far */
  entries = 0;
  /** words that were said of children, in order */
  readonly asked: string[] = [];
  readonly #postman: Postman;
  readonly #tombstones = new Set<string>();
  #broken: unknown;
  #minted = 0;

  /** The first of the flows is the one that runs. */
  constructor(
    flows: readonly Flow[],
    inputs: JsonObject = {},
    weather: Weather = CALM,
    ports: Partial<Ports> = {},
  ) {
    const { clock, world } = this;
    world.now = () => clock.now;
    world.pause = clock.pause;
    this.#postman = new Postman(weather);
    this.helpers = new Map(flows.map((flow) => [flow.name, { kind: 'found', flow, version: 1 }]));
    this.ports = {
      cards: testCards(world),
      now: () => clock.now,
      random: () => 0.5,
      after: clock.after,
      connection: async () => undefined,
      secrets: async () => ({}),
      helper: async (name) => this.helpers.get(name) ?? { kind: 'missing' },
      fetch: async () => new Response(),
      network: { allowLoopback: false, ownHosts: [] },
      ...ports,
    };
    const [flow] = flows;
    if (flow === undefined) throw new Error('a family needs a flow');
    const base = { type: 'created', at: clock.now, flow: flow.name, version: 1, inputs } as const;
    const caller = { kind: 'token', id: 'tok_test' } as const;
    this.#admit(this.#mint(), flow, { ...base, url: '', trigger: 'manual', caller });
  }

  get root(): Member {
    const [root] = this.members.values();
    if (root === undefined) throw new Error('a family has a root');
    return root;
  }

  /** Members that run this flow, in the order of their calls. */
  of(flow: string): readonly Member[] {
    const members = [...this.members.values()].filter((member) => member.flow.name === flow);
    return members.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** A step of any member, by the steps of its ancestors and its own: `each/0/call>step`. */
  placeOf(id: string, path: string): string {
    const parent = this.members.get(id)?.created.parent;
    return parent === undefined ? path : `${this.placeOf(parent.run, parent.path)}>${path}`;
  }

  history(member: Member) {
    return historyOf(member.id, member.journal, () => member.flow);
  }

  /** Says a word to a member that has not ended, which is woken for it. */
  say(member: Member, posted: Posted): void {
    if (member.phase === 'final') return;
    if (member.drive?.post(posted) !== true) this.#begin(member, posted);
  }

  cancel(member: Member): void {
    this.say(member, cancelledBy('ana@example.com'));
  }

  retry(member: Member): void {
    this.#begin(member, ({ attempt }, at) => {
      const base = { type: 'retried', at, attempt: attempt + 1, version: 1 } as const;
      return { entry: { ...base, by: 'ana@example.com' }, flow: member.flow };
    });
  }

  /** Goes on until everybody has ended, or only a person can bring them on; stops early when `until` says so. */
  async settle(until: () => boolean = () => false): Promise<RunState> {
    for (let moves = 0; moves < 200_000; moves += 1) {
      await idle();
      if (this.#broken !== undefined) throw this.#broken;
      if (until() || !this.#move()) return this.root.state;
    }
    throw new Error('the family goes on without end');
  }

  /** One thing happens: a message arrives, somebody who died begins anew, or time passes. False: nothing is left. */
  #move(): boolean {
    if (this.#postman.deliver()) return true;
    const resting = [...this.members.values()].filter(({ drive }) => drive === undefined);
    const orphan = resting.find(({ phase }) => phase === 'active');
    if (orphan !== undefined) {
      this.#begin(orphan);
      return true;
    }
    if ([...this.members.values()].some((member) => isInDoubt(member))) return false;
    return this.#pass(resting);
  }

  #pass(resting: readonly Member[]): boolean {
    const due = resting
      .filter(({ phase, until }) => phase === 'parked' && until !== null)
      .toSorted((a, b) => (a.until ?? 0) - (b.until ?? 0))[0];
    const at = due?.until ?? Infinity;
    if (this.clock.nextAt < at) return this.clock.next();
    if (due === undefined) return false;
    this.clock.moveTo(at);
    this.#begin(due);
    return true;
  }

  #mint(): string {
    this.#minted += 1;
    return `run_${String(this.#minted).padStart(26, '0')}`;
  }

  #admit(id: string, flow: Flow, created: Created): void {
    const journal: Entry[] = [structuredClone(created)];
    const state = fold(id, journal, () => flow);
    const member: Member = {
      id,
      flow,
      created,
      journal,
      state,
      phase: 'active',
      until: null,
      epoch: 0,
      drive: undefined,
    };
    this.members.set(id, member);
  }

  #begin(member: Member, first?: Posted): void {
    const epoch = (member.epoch += 1);
    const { id, flow } = member;
    member.state = fold(id, member.journal, () => flow);
    const host: Host = {
      commit: (entries, rest) => this.#commit(member, { entries, rest, epoch }),
      isReplaced: () => epoch !== member.epoch,
      acquire: () => 'taken',
      release: () => undefined,
      children: this.#children(),
      quietUntil: member.phase === 'parked' ? (member.until ?? this.clock.now) : 0,
      turn: async () => undefined,
    };
    const drive = createDrive(member.state, { ports: this.ports, host });
    member.drive = drive;
    if (first !== undefined) drive.post(first);
    void drive.run().then(
      () => {
        if (epoch === member.epoch) member.drive = undefined;
      },
      (error: unknown) => (this.#broken = error),
    );
  }

  async #commit(
    member: Member,
    of: { entries: readonly Entry[]; rest: { until: number | null } | undefined; epoch: number },
  ): Promise<void> {
    if (of.epoch !== member.epoch) throw new Error('a replaced drive commits');
    const left = this.#fatal() - this.entries;
    const kept = of.entries.slice(0, left).map((entry) => structuredClone(entry));
    member.journal.push(...kept);
    this.entries += kept.length;
    if (kept.length === left) return this.#die(member);
    member.phase = isFinal(member.state.status) ? 'final' : of.rest === undefined ? 'active' : 'parked';
    member.until = of.rest?.until ?? null;
    if (member.phase === 'final') this.#tellParent(member);
  }

  #fatal(): number {
    if (this.diesAfter !== null) return this.diesAfter;
    if (this.diesEvery === null || this.deaths >= this.mostDeaths) return Infinity;
    return this.entries + this.diesEvery - (this.entries % this.diesEvery);
  }

  /** What it knew is gone, and what it was about to say is never said. */
  #die(member: Member): Promise<never> {
    this.diesAfter = null;
    this.deaths += 1;
    member.epoch += 1;
    member.drive = undefined;
    const { status } = fold(member.id, member.journal, () => member.flow);
    member.phase = isFinal(status) ? 'final' : 'active';
    return new Promise<never>(() => undefined);
  }

  #tellParent({ id, state, created }: Member): void {
    const { parent } = created;
    const above = parent && this.members.get(parent.run);
    if (above === undefined || parent?.async === true) return;
    const end = endOf(state);
    this.#postman.send((isLost) => {
      if (!isLost) this.say(above, childEnded({ run: id, path: parent?.path ?? '' }, end));
    });
  }

  #children(): Children {
    const each = (runs: readonly string[], word: string, perform: (run: string) => ChildReply) =>
      Promise.all(
        runs.map((run) => {
          this.asked.push(`${word} ${run}`);
          return this.#request(() => perform(run));
        }),
      );
    return {
      mint: async () => this.#mint(),
      start: (children) => Promise.all(children.map((child) => this.#request(() => this.#start(child)))),
      ask: (runs) => each(runs, 'ask', (run) => this.#standing(run)),
      cancel: (runs, by) => each(runs, 'cancel', (run) => this.#cancel(run, by)),
    };
  }

  #request(perform: () => ChildReply): Promise<ChildReply> {
    return this.#postman.request(perform, { kind: 'unavailable' });
  }

  #start({ run, flow, created }: Child): ChildReply {
    if (!this.members.has(run) && !this.#tombstones.has(run)) this.#admit(run, flow, created);
    return this.#standing(run);
  }

  #standing(run: string): ChildReply {
    if (this.#tombstones.has(run)) return { kind: 'ended', end: CANCELLED };
    const member = this.members.get(run);
    if (member === undefined) return { kind: 'unknown' };
    if (member.phase !== 'final') return { kind: 'running' };
    return { kind: 'ended', end: endOf(fold(run, member.journal, () => member.flow)) };
  }

  #cancel(run: string, by: string): ChildReply {
    const member = this.members.get(run);
    if (member === undefined) this.#tombstones.add(run);
    else if (member.phase !== 'final') this.say(member, cancelledBy(by));
    return this.#standing(run);
  }
}
