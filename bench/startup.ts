/** How long a fresh process takes to its first answer, and what it holds when nothing is asked of it. */
import { median } from './median.ts';
import { openRuntime } from './runtime.ts';
import type { HostOrder } from './host.ts';
import { EXPECTED, GIVEN, post } from './subject.ts';

export interface Startup {
  /** from the start of the process to the first run's answer; Node and Miniflare included */
  readonly firstAnswerMs: number;
  /** of that, from the first request on */
  readonly firstRequestMs: number;
  readonly idleBytes: number | null;
}

const IDLE_MS = 1_000;

const once = async (order: HostOrder) => {
  const begun = performance.now();
  const runtime = await openRuntime(order);
  const opened = performance.now();
  const text = await post(`${runtime.url}/invoke/five`, GIVEN);
  const answered = performance.now();
  if (text !== EXPECTED) throw new Error(`The first run answered ${text}`);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleBytes = runtime.residentBytes();
  await runtime.stop();
  return { firstAnswerMs: answered - begun, firstRequestMs: answered - opened, idleBytes };
};

/** @param order with data that has its migrations and flows */
export const measureStartup = async (order: HostOrder, rounds: number): Promise<Startup> => {
  const starts: Awaited<ReturnType<typeof once>>[] = [];
  for (let round = 0; round < rounds; round += 1) starts.push(await once(order));
  const bytes = starts.flatMap(({ idleBytes }) => (idleBytes === null ? [] : [idleBytes]));
  return {
    firstAnswerMs: median(starts.map(({ firstAnswerMs }) => firstAnswerMs)),
    firstRequestMs: median(starts.map(({ firstRequestMs }) => firstRequestMs)),
    idleBytes: bytes.length === 0 ? null : median(bytes),
  };
};
