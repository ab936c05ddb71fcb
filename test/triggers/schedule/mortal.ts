/** Bindings that let their user die at one of its calls to D1 or the queue: before the call, or after it was done. */
import type { Bindings } from '../../../src/storage/bindings.ts';

export interface Death {
  /** number of the call, from 0 */
  readonly call: number;
  readonly when: 'before' | 'after';
}

export interface Mortal {
  readonly env: Bindings;
  /** how many calls were made */
  readonly calls: () => number;
}

export const mortal = (env: Bindings, death?: Death): Mortal => {
  let calls = 0;
  const live = async <T>(work: () => Promise<T>): Promise<T> => {
    const isLast = calls++ === death?.call;
    if (death !== undefined && calls > death.call + 1) return new Promise<T>(() => undefined);
    if (isLast && death?.when === 'before') throw new Error('Died.');
    const result = await work();
    if (isLast) throw new Error('Died.');
    return result;
  };
  const statement = (inner: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(inner, {
      get: (target, name) => {
        if (name === 'bind') return (...values: unknown[]) => statement(target.bind(...values));
        if (name === 'all') return () => live(() => target.all());
        if (name === 'run') return () => live(() => target.run());
        if (name === 'inner') return target;
        return Reflect.get(target, name);
      },
    });
  const bare = (given: D1PreparedStatement): D1PreparedStatement =>
    // What the proxy above answers to this name.
    (Reflect.get(given, 'inner') as D1PreparedStatement | undefined) ?? given;
  const DB = new Proxy(env.DB, {
    get: (target, name) => {
      if (name === 'prepare') return (sql: string) => statement(target.prepare(sql));
      if (name === 'batch') return (all: D1PreparedStatement[]) => live(() => target.batch(all.map(bare)));
      return Reflect.get(target, name);
    },
  });
  // The tick sends batches and nothing else.
  const EVENTS = {
    sendBatch: (messages: MessageSendRequest[]) => live(() => env.EVENTS.sendBatch(messages)),
  } as unknown as Queue;
  return { env: { ...env, DB, EVENTS }, calls: () => calls };
};
