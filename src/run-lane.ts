/**
 * RunLane: the Durable Object in which runs live. It wires a lane to its storage and answers the calls of
 * `domain/lane.ts`; everything it does is in `lanes/` and `engine/`.
 */
import { DurableObject } from 'cloudflare:workers';
import { cards } from './cards.ts';
import type {
  ClaimReply,
  ControlReply,
  EntriesView,
  KeyClaim,
  LaneHeader,
  LaneRpc,
  RunAnswer,
  RunView,
  StartReply,
  StartRequest,
} from './domain/lane.ts';
import { createAlarm } from './lanes/alarm.ts';
import { cancel, retry, settle } from './lanes/control.ts';
import { createCopies } from './lanes/copy.ts';
import { createGroupCommit } from './lanes/group-commit.ts';
import { keepHouse } from './lanes/housekeeping.ts';
import { createKeys } from './lanes/keys.ts';
import { createFlows, createWaiters } from './lanes/lane.ts';
import type { Lane } from './lanes/lane.ts';
import { admit } from './lanes/rate.ts';
import { answerWithin, start } from './lanes/start.ts';
import { createTables, readMeta, writeMeta } from './lanes/tables.ts';
import { entriesAfter, view } from './lanes/views.ts';
import { driveDue, onAlarm } from './lanes/wake.ts';
import { lanePorts } from './lane-ports.ts';
import type { Bindings } from './storage/bindings.ts';
import { buildOf } from './storage/lanes.ts';

/** How long attempts in flight may take to end before a lane makes way for a newer build. */
const RESTART_MS = 30_000;

export class RunLane extends DurableObject<Bindings> implements LaneRpc {
  readonly #lane: Lane;
  #homes: string | undefined;
  #isRestarting = false;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    const { storage } = ctx;
    const { sql } = storage;
    const ports = lanePorts(env, cards);
    const alarm = createAlarm(storage, ports.now);
    const copies = createCopies(() => this.#lane);
    this.#lane = {
      storage,
      sql,
      db: env.DB,
      ports,
      alarm,
      commits: createGroupCommit(storage, alarm.set),
      keys: createKeys(sql),
      flows: createFlows(sql),
      live: new Map(),
      waiters: createWaiters(ports.after),
      copySoon: copies.soon,
    };
    void ctx.blockConcurrencyWhile(async () => {
      createTables(sql);
      this.#homes = readMeta(sql, 'homes');
      alarm.isSetTo(await storage.getAlarm());
    });
  }

  override async alarm(): Promise<void> {
    await onAlarm(this.#lane);
  }

  async start(header: LaneHeader, request: StartRequest): Promise<StartReply> {
    if (this.#refuses(header)) return { outcome: 'wrong_home' };
    if (this.#isRestarting) return { outcome: 'restarting' };
    return start(this.#lane, request);
  }

  async answer(_: LaneHeader, runId: string, waitMs: number): Promise<RunAnswer | null> {
    return answerWithin(this.#lane, runId, waitMs);
  }

  async claim(header: LaneHeader, claim: KeyClaim, runId: string): Promise<ClaimReply> {
    if (this.#refuses(header)) return { outcome: 'wrong_home' };
    const { keys, commits } = this.#lane;
    const known = keys.find(claim.hash);
    if (known !== undefined) {
      if (known.body !== claim.body) return { outcome: 'key_reused', runId: known.run };
      return { outcome: 'known', runId: known.run, confirmed: known.confirmed };
    }
    const write = keys.take(claim, runId, false);
    try {
      await commits.join(write);
      return { outcome: 'claimed', runId, confirmed: false };
    } catch (error) {
      console.error('An idempotency key could not be claimed:', error);
      return { outcome: 'restarting' };
    } finally {
      keys.settled(claim.hash);
    }
  }

  async confirm(_: LaneHeader, hash: string): Promise<void> {
    await this.#lane.commits.join(() => this.#lane.keys.confirm(hash));
  }

  async admit(_: LaneHeader, name: string, requests: number, perMs: number): Promise<number> {
    const { sql, ports } = this.#lane;
    return admit(sql, { name, requests, perMs }, ports.now());
  }

  async view(_: LaneHeader, runId: string, from: number, limit: number): Promise<RunView> {
    return view(this.#lane, runId, { from, limit });
  }

  async entries(_: LaneHeader, runId: string, after: number, limit: number): Promise<EntriesView> {
    return entriesAfter(this.#lane, runId, { after, limit });
  }

  async cancel(_: LaneHeader, runId: string, by: string): Promise<ControlReply> {
    return cancel(this.#lane, runId, by);
  }

  // The arguments of a call are flat data.
  // oxlint-disable-next-line max-params
  async retry(
    _: LaneHeader,
    runId: string,
    by: string,
    version: number | null,
    definition: string | null,
  ): Promise<ControlReply> {
    return retry(this.#lane, runId, { by, version, definition });
  }

  // oxlint-disable-next-line max-params
  async settle(
    _: LaneHeader,
    runId: string,
    path: string,
    by: string,
    word: 'happened' | 'repeat' | 'fail',
    output: string | null,
  ): Promise<ControlReply> {
    return settle(this.#lane, runId, { path, by, word, output });
  }

  /** From the tick: what was left behind is driven, an alarm that was lost is set, old rows go. */
  async nudge(header: LaneHeader): Promise<void> {
    const lane = this.#lane;
    if (this.#isOutdated(header)) return this.#restart(header.build);
    await driveDue(lane);
    const at = await lane.storage.getAlarm();
    if (at === null || at < lane.ports.now()) lane.alarm.isSetTo(null);
    if (lane.live.size > 0) {
      lane.alarm.note(lane.ports.now() + RESTART_MS);
      lane.alarm.set();
    } else await onAlarm(lane);
    keepHouse(lane.sql, lane.ports.now());
  }

  /** The number of homes is fixed for the life of an installation: another would give keys another home. */
  #refuses(header: LaneHeader): boolean {
    if (this.#homes === undefined) {
      this.#homes = String(header.homes);
      writeMeta(this.#lane.sql, 'homes', this.#homes);
    }
    return this.#homes !== String(header.homes);
  }

  #isOutdated(header: LaneHeader): boolean {
    return header.build > buildOf(this.env);
  }

  /** A newer build was deployed: nothing new begins, what is in flight may end, then the object starts anew. */
  async #restart(build: string): Promise<void> {
    if (this.#isRestarting || readMeta(this.#lane.sql, 'restarted') === build) return;
    this.#isRestarting = true;
    writeMeta(this.#lane.sql, 'restarted', build);
    const ended = Promise.all([...this.#lane.live.values()].map((live) => live.ended));
    await Promise.race([
      ended,
      new Promise<void>((resolve) => void this.#lane.ports.after(RESTART_MS, resolve)),
    ]);
    await this.#lane.storage.sync();
    this.ctx.abort('a newer build was deployed');
  }
}
