/**
 * The Worker with the rows counted that it writes: a bench-only entry around `src/index.ts`, which knows nothing of it.
 * Lane and Worker share an isolate, so the counts can stand in this module.
 */
import worker, { RunLane as Lane } from '../src/index.ts';
import type { Bindings } from '../src/storage/bindings.ts';

const cursors: { readonly rowsWritten: number }[] = [];
let alarms = 0;
let d1 = { rows: 0, statements: 0 };
let messages = 0;

// The runtime's own classes: their methods are what TypeScript says they are.
type Method = (this: unknown, ...given: unknown[]) => unknown;

const wrapped = new WeakSet<object>();

/** Wraps methods where all objects of their kind find them; once, however often it is asked. */
const wrap = (object: object, methods: Readonly<Record<string, (method: Method) => Method>>): void => {
  const prototype = Object.getPrototypeOf(object) as Record<string, Method>;
  if (wrapped.has(prototype)) return;
  wrapped.add(prototype);
  for (const [name, around] of Object.entries(methods)) {
    const method = prototype[name];
    if (method === undefined)
      throw new Error(`The runtime's ${name} is elsewhere now: nothing would be counted`);
    prototype[name] = around(method);
  }
};

const countLane = (storage: DurableObjectStorage): void => {
  wrap(storage.sql, {
    exec: (exec) =>
      function (...given) {
        const cursor = exec.apply(this, given) as SqlStorageCursor<Record<string, SqlStorageValue>>;
        cursors.push(cursor);
        return cursor;
      },
  });
  wrap(storage, {
    setAlarm: (setAlarm) =>
      function (...given) {
        alarms += 1;
        return setAlarm.apply(this, given);
      },
  });
};

const countResult = (result: D1Result): void => {
  d1.statements += 1;
  d1.rows += result.meta.rows_written;
};

const countD1 = (db: D1Database): void => {
  const one = (method: Method): Method =>
    async function (...given) {
      const result = (await method.apply(this, given)) as D1Result;
      countResult(result);
      return result;
    };
  // These two write nothing here, and their answers say nothing of rows.
  const unseen = (method: Method): Method =>
    function (...given) {
      d1.statements += 1;
      return method.apply(this, given);
    };
  wrap(db.prepare('SELECT 1'), { run: one, all: one, first: unseen, raw: unseen });
  wrap(db, {
    batch: (batch) =>
      async function (...given) {
        const results = (await batch.apply(this, given)) as D1Result[];
        results.forEach(countResult);
        return results;
      },
  });
};

const countQueue = (queue: Queue): void => {
  wrap(queue, {
    send: (send) =>
      function (...given) {
        messages += 1;
        return send.apply(this, given);
      },
    sendBatch: (sendBatch) =>
      function (...given) {
        messages += [...(given[0] as Iterable<unknown>)].length;
        return sendBatch.apply(this, given);
      },
  });
};

export class RunLane extends Lane {
  constructor(ctx: DurableObjectState, env: Bindings) {
    countLane(ctx.storage);
    super(ctx, env);
  }

  /** Bytes of the lane's database, and rows written so far. */
  async written() {
    const laneRows = cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
    const counted = { laneRows, alarms, laneBytes: this.ctx.storage.sql.databaseSize };
    alarms = 0;
    return counted;
  }
}

/** What `/bench/written` answers: rows since it was last asked, and the bytes that the databases have now. */
export interface Written {
  readonly laneRows: number;
  readonly alarms: number;
  readonly d1Rows: number;
  readonly d1Statements: number;
  /** that were sent to a queue */
  readonly messages: number;
  readonly laneBytes: number;
  readonly d1Bytes: number;
}

const written = async (env: Bindings): Promise<Response> => {
  const counted = { d1Rows: d1.rows, d1Statements: d1.statements, messages };
  // The one lane that `host.ts` sets up; its type says nothing of the method above.
  const lane = env.RUN_LANE.get(env.RUN_LANE.idFromName('lane-0')) as unknown as RunLane;
  const { meta } = await env.DB.prepare('SELECT 1').all();
  const answer = { ...counted, ...(await lane.written()), d1Bytes: meta.size_after };
  [d1, messages] = [{ rows: 0, statements: 0 }, 0];
  return Response.json(answer satisfies Written);
};

export default {
  ...worker,
  fetch: (request: Request, env: Bindings, context: ExecutionContext) => {
    countD1(env.DB);
    countQueue(env.EVENTS);
    const isOurs = new URL(request.url).pathname === '/bench/written';
    return isOurs ? written(env) : worker.fetch(request, env, context);
  },
};
