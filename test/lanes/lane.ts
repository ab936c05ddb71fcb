/** A real lane: a Durable Object with SQLite and an alarm, called as the doors call it, and looked into. */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { cards } from '../../src/cards.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { mintRunId } from '../../src/domain/ids.ts';
import type { LaneHeader, StartRequest } from '../../src/domain/lane.ts';
import type { Entry, RunDetail, RunStatus } from '../../src/domain/run.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { buildOf } from '../../src/storage/lanes.ts';
import { getRun } from '../../src/storage/run-copy.ts';
import { clock, until, UP } from './outside.ts';

const catalogue = catalogueOf(cards);

let flows = 0;

/** A flow of these steps, with a name of its own; `UP` in them is the callee's address. */
export const flowOf = (yaml: string, trigger = '{ kind: manual }'): Flow => {
  flows += 1;
  const name = `flow-${flows}`;
  const text = `trigger: ${trigger}\n${yaml.replaceAll('UP', UP)}`;
  const parsed = parseFlow(name, text, catalogue);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.flow;
};

export const API = '{ kind: api, auth: public }';

export const mint = (): string =>
  mintRunId(clock.now, 0, (length) => crypto.getRandomValues(new Uint8Array(length)));

interface Order extends Partial<StartRequest> {
  readonly inputs?: { readonly [name: string]: string | number };
}

/** What a door sends to start a run of the flow. */
export const order = (flow: Flow, { inputs = {}, ...more }: Order = {}): StartRequest => {
  const runId = more.runId ?? mint();
  const { version = 1 } = more;
  const caller = { kind: 'public', id: null } as const;
  const start = { trigger: flow.trigger.kind, caller, inputs };
  const url = `https://sluice.example/runs/${runId}`;
  const created: Entry = { type: 'created', at: clock.now, flow: flow.name, version, url, ...start };
  return {
    runId,
    created: JSON.stringify(created),
    flow: flow.name,
    version,
    definition: JSON.stringify(flow),
    waitMs: 0,
    ...more,
  };
};

export const header = (more: Partial<LaneHeader> = {}): LaneHeader => ({
  build: buildOf(env),
  homes: 1,
  lane: 0,
  ...more,
});

let opened = 0;

interface Row {
  readonly status: RunStatus;
  readonly phase: string;
  readonly deadline: number | null;
  readonly until: number | null;
  readonly strikes: number;
  readonly revision: number;
}

/** Looks into the object behind a stub. */
const looksInto = (stub: () => unknown) => {
  // The plugin wants the platform's own type of what the bindings narrow to the lane's calls.
  const platform = () => stub() as DurableObjectStub;
  const inside = <T>(look: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> =>
    runInDurableObject(platform(), (_, state) => look(state.storage));
  const sql = <T extends Record<string, SqlStorageValue>>(query: string, ...values: SqlStorageValue[]) =>
    inside((storage) => storage.sql.exec<T>(query, ...values).toArray());
  const row = async (runId: string): Promise<Row | undefined> =>
    (await sql<Row & Record<string, SqlStorageValue>>('SELECT * FROM runs WHERE id = ?', runId))[0];
  return {
    inside,
    sql,
    row,
    count: async (table: string): Promise<number> =>
      (await sql<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0,
    /** The run once it has this status, and is not driven any more. */
    reaches: (runId: string, status: RunStatus) =>
      until(async () => {
        const found = await row(runId);
        return found?.status === status && found.phase !== 'active' ? found : undefined;
      }),
    alarmAt: () => inside((storage) => storage.getAlarm()),
    /** The alarm goes off, whatever its time; false when none is set. */
    alarm: () => runDurableObjectAlarm(platform()),
  };
};

/** A lane that no other test uses; or the object of this name, as other lanes know it. */
export const openLane = (name?: string) => {
  opened += 1;
  const id = env.RUN_LANE.idFromName(name ?? `lane-of-test-${opened}`);
  /** A fresh one each time: a stub whose object was reset stays broken. */
  const stub = () => env.RUN_LANE.get(id);
  const looks = looksInto(stub);
  return {
    ...looks,
    stub,
    start: (request: StartRequest) => stub().start(header(), request),
    nudge: () => stub().nudge(header()),
    /** The alarm goes off, again and again, as long as it is due. Gives how often. */
    alarmsUntilQuiet: async (): Promise<number> => {
      for (let alarms = 0; alarms < 200; alarms += 1) {
        const at = await looks.alarmAt();
        if (at === null || at > clock.now + 1_000) return alarms;
        clock.now = Math.max(clock.now, at);
        await looks.alarm();
      }
      throw new Error('the alarm never comes to rest');
    },
    /** From its journal, or from the history once that has it. */
    detail: async (runId: string): Promise<RunDetail | undefined> => {
      const view = await stub().view(header(), runId, 0, 1);
      // Written by the lane as JSON of just this.
      if (view.detail !== undefined) return JSON.parse(view.detail) as RunDetail;
      return (await getRun(env.DB, runId))?.detail;
    },
    /** Of its journal, which goes soon after a run has ended well: `failHistory` keeps it. */
    entries: async (runId: string): Promise<Entry[]> => {
      const view = await stub().entries(header(), runId, 0, 10_000);
      return view.entries.map(({ json }): Entry => JSON.parse(json));
    },
  };
};

export type TestLane = ReturnType<typeof openLane>;

/** Every object dies at once: what was in memory is gone, what was committed is not. */
export const die = (): Promise<void> => abortAllDurableObjects();

/** The copy that the history has, once it has one of this status. */
export const copied = (runId: string, status: RunStatus) =>
  until(async () => {
    const copy = await getRun(env.DB, runId);
    return copy?.detail.status === status ? copy : undefined;
  });
