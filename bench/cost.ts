/** What a run of five steps writes and keeps, and from it the list price of a million. */
import type { Written } from './counted.ts';
import { EXPECTED, GIVEN, historyLength, historyReaches, post } from './subject.ts';
import type { Runtime } from './runtime.ts';
import { median } from './median.ts';

/** List prices of November 2026 in dollars, beyond what the paid plan includes. */
export const PRICES = {
  millionRowsWritten: 1,
  millionWorkerRequests: 0.3,
  millionObjectRequests: 0.15,
  millionCpuMs: 0.02,
  millionQueueOperations: 0.4,
  millionGigabyteSeconds: 12.5,
  gigabyteMonthD1: 0.75,
  gigabyteMonthObject: 0.2,
} as const;

/** An object counts as 128 MB, whatever it uses. */
const OBJECT_GIGABYTES = 0.128;

export interface Cost {
  /** of one run */
  readonly laneRows: number;
  readonly alarms: number;
  readonly d1Rows: number;
  readonly laneBytes: number;
  readonly d1Bytes: number;
  readonly cpuMs: number | null;
  /** from its start until the history has it, alone in its lane */
  readonly activeMs: number;
  /** dollars for a million runs */
  readonly million: {
    readonly rows: number;
    readonly requests: number;
    readonly cpu: number;
    readonly duration: number;
    readonly storageMonth: number;
  };
}

const APART = 20;
const TOGETHER = 2_000;
const AT_ONCE = 16;

const runOnce = async (url: string): Promise<void> => {
  const text = await post(`${url}/invoke/five`, GIVEN);
  if (text !== EXPECTED) throw new Error(`A run answered ${text}`);
};

export const written = async (url: string): Promise<Written> =>
  // What our own `counted.ts` answers.
  (await (await fetch(`${url}/bench/written`)).json()) as Written;

/** Runs with nothing beside them: what they write is the most a run can cost. Returns how long each kept its lane busy. */
const runApart = async (url: string): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < APART; run += 1) {
    const known = await historyLength(url);
    const begun = performance.now();
    await runOnce(url);
    await historyReaches(url, known + 1, 10_000);
    times.push(performance.now() - begun);
  }
  return median(times);
};

/** Many runs: databases grow by pages, and one run would show nothing. */
const runTogether = async (url: string): Promise<void> => {
  const known = await historyLength(url);
  const some = async (): Promise<void> => {
    for (let run = 0; run < TOGETHER / AT_ONCE; run += 1) await runOnce(url);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  await historyReaches(url, known + TOGETHER, 30_000);
};

/** @param runtime with the bundle of `counted.ts` */
export const measureCost = async (runtime: Runtime): Promise<Cost> => {
  const { url } = runtime;
  await runApart(url);
  await written(url);
  const activeMs = await runApart(url);
  const apart = await written(url);
  const cpuBefore = runtime.cpuMs();
  await runTogether(url);
  const cpuAfter = runtime.cpuMs();
  const after = await written(url);
  const one = {
    laneRows: apart.laneRows / APART,
    alarms: apart.alarms / APART,
    d1Rows: apart.d1Rows / APART,
    laneBytes: (after.laneBytes - apart.laneBytes) / TOGETHER,
    d1Bytes: (after.d1Bytes - apart.d1Bytes) / TOGETHER,
    cpuMs: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / TOGETHER,
    activeMs,
  };
  return { ...one, million: millionOf(one) };
};

const millionOf = (one: Omit<Cost, 'million'>): Cost['million'] => ({
  rows: (one.laneRows + one.alarms + one.d1Rows) * PRICES.millionRowsWritten,
  // One request of the Worker, one call of the lane.
  requests: PRICES.millionWorkerRequests + PRICES.millionObjectRequests,
  cpu: (one.cpuMs ?? 0) * PRICES.millionCpuMs,
  duration: (one.activeMs / 1_000) * OBJECT_GIGABYTES * PRICES.millionGigabyteSeconds,
  storageMonth: (one.d1Bytes * PRICES.gigabyteMonthD1 + one.laneBytes * PRICES.gigabyteMonthObject) / 1_000,
});
