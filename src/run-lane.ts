/**
 * RunLane: the Durable Object in which runs live. It wires a lane to its storage and answers the calls of
 * `domain/lane.ts`; everything it does is in `lanes/` and `engine/`.
 */
import { DurableObject } from 'cloudflare:workers';
import { cards } from './cards.ts';
import type {
  AdmittedFailure,
  ChildStand,
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
  ToldEnd,
} from './domain/lane.ts';
import { admitFailure } from './lanes/admit-failure.ts';
import { answerWithin } from './lanes/answer.ts';
import { standOfChild } from './lanes/child-stands.ts';
import { standFrom } from './lanes/children.ts';
import { cancel, cancelCalled, settle } from './lanes/control.ts';
import { keepHouse } from './lanes/housekeeping.ts';
import { claimKey } from './lanes/keys.ts';
import type { Lane } from './lanes/lane.ts';
import { openLane } from './lanes/open-lane.ts';
import { waitAtMost } from './lanes/patience.ts';
import { admit } from './lanes/rate.ts';
import { retry } from './lanes/retry.ts';
import { start } from './lanes/start.ts';
import { startMany } from './lanes/start-many.ts';
import { createTables, readMeta, writeMeta } from './lanes/tables.ts';
import { entriesAfter, view } from './lanes/views.ts';
import { onAlarm } from './lanes/wake.ts';
import { lanePorts } from './lane-ports.ts';
import type { Bindings } from './storage/bindings.ts';
import { buildOf } from './storage/lanes.ts';

/** How long attempts in flight may take to end before a lane makes way for a newer build. */
const RESTART_MS = 30_000;

export class RunLane extends DurableObject<Bindings> implements LaneRpc {
  readonly #lane: Lane;
  #homes: string | undefined;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    const { storage } = ctx;
    this.#lane = openLane(storage, env, lanePorts(env, cards));
    void ctx.blockConcurrencyWhile(async () => {
      createTables(storage.sql);
      this.#homes = readMeta(storage.sql, 'homes');
      this.#lane.alarm.isSetTo(await storage.getAlarm());
    });
  }

  override async alarm(): Promise<void> {
    await onAlarm(this.#lane);
  }

  async start(header: LaneHeader, request: StartRequest): Promise<StartReply> {
    if (this.#refuses(header)) return { outcome: 'wrong_home' };
    return start(this.#lane, request);
  }

  async startMany(
    header: LaneHeader,
    requests: readonly StartRequest[],
    definitions: Readonly<Record<string, string>>,
  ): Promise<readonly StartReply[]> {
    if (this.#refuses(header)) return requests.map(() => ({ outcome: 'wrong_home' }));
    return startMany(this.#lane, requests, definitions);
  }

  async answer(_: LaneHeader, runId: string, waitMs: number): Promise<RunAnswer | null> {
    return answerWithin(this.#lane, runId, waitMs);
  }

  async claim(header: LaneHeader, claim: KeyClaim, runId: string): Promise<ClaimReply> {
    if (this.#refuses(header)) return { outcome: 'wrong_home' };
    return claimKey(this.#lane, claim, runId);
  }

  async claimMany(
    header: LaneHeader,
    claims: readonly { readonly claim: KeyClaim; readonly runId: string }[],
  ): Promise<readonly ClaimReply[]> {
    if (this.#refuses(header)) return claims.map(() => ({ outcome: 'wrong_home' }));
    return Promise.all(claims.map(({ claim, runId }) => claimKey(this.#lane, claim, runId)));
  }

  async confirmMany(_: LaneHeader, hashes: readonly string[]): Promise<void> {
    await this.#lane.commits.join(() => {
      for (const hash of hashes) this.#lane.keys.confirm(hash);
    });
  }

  async confirm(_: LaneHeader, hash: string): Promise<void> {
    await this.#lane.commits.join(() => this.#lane.keys.confirm(hash));
  }

  async admit(_: LaneHeader, name: string, requests: number, perMs: number): Promise<number> {
    const { sql, ports } = this.#lane;
    return admit(sql, { name, requests, perMs }, ports.now());
  }

  async admitFailure(_: LaneHeader, flow: string, id: string): Promise<AdmittedFailure> {
    const { storage, sql, ports } = this.#lane;
    return storage.transactionSync(() => admitFailure(sql, { flow, id }, ports.now()));
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

  async askChildren(_: LaneHeader, runs: readonly string[]): Promise<readonly ChildStand[]> {
    return runs.map((run) => standFrom(standOfChild(this.#lane, run)));
  }

  async cancelChildren(_: LaneHeader, runs: readonly string[], by: string): Promise<readonly ChildStand[]> {
    await Promise.all(runs.map((run) => cancelCalled(this.#lane, run, by)));
    return runs.map((run) => standFrom(standOfChild(this.#lane, run)));
  }

  async childrenEnded(_: LaneHeader, ends: readonly ToldEnd[]): Promise<readonly string[]> {
    return this.#lane.parents.hear(ends);
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
    if (header.build > buildOf(this.env)) await this.#restart(header.build);
    await onAlarm(this.#lane, 0);
    await keepHouse(this.#lane);
  }

  /** The number of homes is fixed for the life of an installation: another would give keys another home. */
  #refuses(header: LaneHeader): boolean {
    if (this.#homes === undefined) {
      this.#homes = String(header.homes);
      writeMeta(this.#lane.sql, 'homes', this.#homes);
    }
    return this.#homes !== String(header.homes);
  }

  /** A newer build was deployed: nothing new begins, what is in flight may end, then the object starts anew; once. */
  async #restart(build: string): Promise<void> {
    const lane = this.#lane;
    if (lane.isClosing || readMeta(lane.sql, 'restarted') === build) return;
    writeMeta(lane.sql, 'restarted', build);
    lane.isClosing = true;
    const ended = Promise.all([...lane.live.values()].map((live) => live.ended));
    await waitAtMost(lane.ports, RESTART_MS, ended);
    await lane.storage.sync();
    this.ctx.abort('a newer build was deployed');
  }
}
