/**
 * The Worker with the rows counted that it writes: a bench-only entry around `src/index.ts`, which knows nothing of it.
 * Lane and Worker share an isolate, so the counts can stand in this module.
 */
import worker, { RunLane as Lane } from '../src/index.ts';
import type { Bindings } from '../src/storage/bindings.ts';

const cursors: { readonly rowsWritten: number }[] = [];
let alarms = 0;
let d1Rows = 0;

/** Wraps a method where all objects of its kind find it; once, however many lanes begin. */
const wrap = (
  object: object,
  name: string,
  around: (method: (...given: unknown[]) => unknown) => (this: unknown, ...given: unknown[]) => unknown,
): void => {
  // The runtime's own classes: their methods are what TypeScript says they are.
  const prototype = Object.getPrototypeOf(object) as Record<string, (...given: unknown[]) => unknown>;
  const method = prototype[name];
  if (method === undefined)
    throw new Error(`The runtime's ${name} is elsewhere now: nothing would be counted`);
  prototype[name] = around(method);
};

let isCounting = false;

const count = (storage: DurableObjectStorage, db: D1Database): void => {
  if (isCounting) return;
  isCounting = true;
  wrap(
    storage.sql,
    'exec',
    (exec) =>
      function (...given) {
        const cursor = exec.apply(this, given) as SqlStorageCursor<Record<string, SqlStorageValue>>;
        cursors.push(cursor);
        return cursor;
      },
  );
  wrap(
    storage,
    'setAlarm',
    (setAlarm) =>
      function (...given) {
        alarms += 1;
        return setAlarm.apply(this, given);
      },
  );
  wrap(
    db.prepare('SELECT 1'),
    'run',
    (run) =>
      async function (...given) {
        const result = (await run.apply(this, given)) as D1Result;
        d1Rows += result.meta.rows_written;
        return result;
      },
  );
};

export class RunLane extends Lane {
  constructor(ctx: DurableObjectState, env: Bindings) {
    count(ctx.storage, env.DB);
    super(ctx, env);
  }

  /** Bytes of the lane's database, and rows written so far. */
  async written() {
    const laneRows = cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
    const counted = { laneRows, alarms, d1Rows, laneBytes: this.ctx.storage.sql.databaseSize };
    [alarms, d1Rows] = [0, 0];
    return counted;
  }
}

/** What `/bench/written` answers: rows since it was last asked, and the bytes that the databases have now. */
export interface Written {
  readonly laneRows: number;
  readonly alarms: number;
  readonly d1Rows: number;
  readonly laneBytes: number;
  readonly d1Bytes: number;
}

const written = async (env: Bindings): Promise<Response> => {
  // The one lane that `host.ts` sets up; its type says nothing of the method above.
  const lane = env.RUN_LANE.get(env.RUN_LANE.idFromName('lane-0')) as unknown as RunLane;
  const { meta } = await env.DB.prepare('SELECT 1').all();
  return Response.json({ ...(await lane.written()), d1Bytes: meta.size_after } satisfies Written);
};

export default {
  ...worker,
  fetch: (request: Request, env: Bindings, context: ExecutionContext) =>
    new URL(request.url).pathname === '/bench/written' ? written(env) : worker.fetch(request, env, context),
};
