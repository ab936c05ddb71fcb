/** A session of the DevTools protocol with one Worker of the runtime. */

export interface Session {
  readonly call: (method: string, params?: object) => Promise<unknown>;
  readonly close: () => void;
}

export const connect = async (inspector: string, worker: string): Promise<Session> => {
  const socket = new WebSocket(`${inspector.replace('http', 'ws')}core:user:${worker}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`No inspector answers at ${inspector}`)));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    // Answers have an id, notices have none.
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  return {
    call: (method, params = {}) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    close: () => socket.close(),
  };
};

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** from 0 */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What the protocol calls a profile, as far as it is used here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  /** ids of the nodes that were running */
  readonly samples: readonly number[];
  /** µs between them */
  readonly timeDeltas: readonly number[];
}

const SAMPLE_US = 200;

/** The profile of what the Worker does during `work`. */
export const profileOf = async (session: Session, work: () => Promise<unknown>): Promise<CpuProfile> => {
  await session.call('Profiler.enable');
  await session.call('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.call('Profiler.start');
  await work();
  // As the protocol says.
  const { profile } = (await session.call('Profiler.stop')) as { profile: CpuProfile };
  return profile;
};
