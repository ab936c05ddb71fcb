/**
 * Events: how soon a post of ten is answered, beside a floor that keeps the post as one row of D1; how long a thousand
 * take until the last of their runs has ended; and what stays in memory after twenty times as many.
 */
import { PRICES, written } from './cost.ts';
import { withLoad } from './load-process.ts';
import type { Load } from './load-process.ts';
import { median, quantile } from './median.ts';
import { EVENTS_A_POST, FLOW, MARK, OKTA_POST, QUIET_SOURCE, SOURCE, SOURCE_SECRET } from './okta-post.ts';
import type { Runtime } from './runtime.ts';
import { historyReaches, historyState, putSource, save } from './subject.ts';

export interface Pace {
  readonly rounds: number;
  readonly roundMs: number;
  /** posts for the memory */
  readonly posts: number;
}

export interface Answers {
  readonly connections: number;
  readonly floor: { readonly p50Ms: number; readonly p99Ms: number };
  readonly subject: { readonly p50Ms: number; readonly p99Ms: number };
}

export interface Burst {
  readonly events: number;
  /** from the first post */
  readonly lastAnswerMs: number;
  readonly lastEndMs: number;
  readonly inHistoryMs: number;
  /** of the answers of its posts */
  readonly p50Ms: number;
}

export interface Events {
  readonly answers: readonly Answers[];
  readonly burst: Burst;
  /** of workerd: before, and after each tenth of the events */
  readonly residentBytes: readonly (number | null)[];
  readonly memoryEvents: number;
}

export interface EventCost {
  /** of one event and its run, in posts of ten */
  readonly laneRows: number;
  readonly d1Rows: number;
  readonly messages: number;
  /** dollars for a million of them, CPU and storage left out */
  readonly million: number;
}

const BURST_POSTS = 100;
const AT_ONCE = 4;
const PATIENCE_MS = 120_000;

const postsTo = (url: string, source: string = SOURCE) => ({
  url: `${url}/events/${source}`,
  body: OKTA_POST,
  mark: MARK,
  expected: '',
  headers: { Authorization: SOURCE_SECRET },
});

export const saveEventFlow = async (url: string): Promise<void> => {
  for (const source of [SOURCE, QUIET_SOURCE])
    await putSource(url, source, { kind: 'okta', secret: SOURCE_SECRET });
  await save(url, 'leaver', FLOW);
};

/** The sources' and flows' caches are asked anew each second: what was saved counts after that. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_500));

const waitForRuns = async (url: string, runs: number): Promise<void> => {
  if (!(await historyReaches(url, runs, PATIENCE_MS)))
    throw new Error(`The history does not hold ${runs} runs ${PATIENCE_MS / 1_000} s after their events.`);
};

/** Posts to a source without flows: what runs beside them is measured by the burst. */
const measureAnswers = async (load: Load, url: string, pace: Pace): Promise<Answers[]> => {
  const { rounds, roundMs: ms } = pace;
  const answers: Answers[] = [];
  for (const connections of [1, 16]) {
    const of = { floor: [] as number[][], subject: [] as number[][] };
    for (let round = 0; round < rounds; round += 1) {
      const posts = { ...postsTo(url, QUIET_SOURCE), connections, ms };
      of.floor.push([...(await load({ ...posts, url: `${url}/floor/post` })).latencies]);
      of.subject.push([...(await load(posts)).latencies]);
    }
    const figures = (rounds: readonly number[][]) => ({
      p50Ms: median(rounds.map((latencies) => quantile(latencies, 0.5))),
      p99Ms: median(rounds.map((latencies) => quantile(latencies, 0.99))),
    });
    answers.push({ connections, floor: figures(of.floor), subject: figures(of.subject) });
  }
  return answers;
};

const burst = async (load: Load, url: string): Promise<Burst> => {
  const { runs } = await historyState(url);
  const begun = Date.now();
  const order = { ...postsTo(url), connections: AT_ONCE, ms: PATIENCE_MS, most: BURST_POSTS };
  const loaded = await load(order);
  const lastAnswerMs = Date.now() - begun;
  const events = BURST_POSTS * EVENTS_A_POST;
  await waitForRuns(url, runs + events);
  const inHistoryMs = Date.now() - begun;
  const { lastEndedAt } = await historyState(url);
  return {
    events,
    lastAnswerMs,
    lastEndMs: (lastEndedAt ?? begun) - begun,
    inHistoryMs,
    p50Ms: quantile(loaded.latencies, 0.5),
  };
};

/** The median of several by the end of the last run. */
const measureBurst = async (load: Load, url: string, rounds: number): Promise<Burst> => {
  const bursts: Burst[] = [];
  for (let round = 0; round < rounds; round += 1) bursts.push(await burst(load, url));
  const byEnd = bursts.toSorted((a, b) => a.lastEndMs - b.lastEndMs);
  const middle = byEnd[Math.floor(byEnd.length / 2)];
  if (middle === undefined) throw new Error('There was no round.');
  return middle;
};

const measureMemory = async (load: Load, runtime: Runtime, posts: number) => {
  const { url } = runtime;
  const residentBytes = [runtime.residentBytes()];
  for (let part = 0; part < 10; part += 1) {
    const { runs } = await historyState(url);
    await load({ ...postsTo(url), connections: AT_ONCE, ms: PATIENCE_MS, most: posts / 10 });
    await waitForRuns(url, runs + (posts / 10) * EVENTS_A_POST);
    residentBytes.push(runtime.residentBytes());
  }
  return residentBytes;
};

/** What a thousand events write and send, each with a run of three steps. @param runtime with the bundle of `counted.ts` */
export const measureEventCost = ({ url }: Runtime): Promise<EventCost> =>
  withLoad(async (load) => {
    await saveEventFlow(url);
    await settled();
    await burst(load, url);
    await written(url);
    const { events } = await burst(load, url);
    const { laneRows, alarms, d1Rows, messages } = await written(url);
    const one = {
      laneRows: (laneRows + alarms) / events,
      d1Rows: d1Rows / events,
      messages: messages / events,
    };
    return { ...one, million: millionOf(one) };
  });

/** A message is written, read and deleted; the post and the message's delivery are requests of the Worker. */
const millionOf = ({ laneRows, d1Rows, messages }: Omit<EventCost, 'million'>): number =>
  (laneRows + d1Rows) * PRICES.millionRowsWritten +
  messages * 3 * PRICES.millionQueueOperations +
  (1 / EVENTS_A_POST + messages) * PRICES.millionWorkerRequests +
  messages * PRICES.millionObjectRequests;

export const measureEvents = (runtime: Runtime, pace: Pace): Promise<Events> =>
  withLoad(async (load) => {
    const { url } = runtime;
    await saveEventFlow(url);
    await settled();
    await burst(load, url);
    return {
      answers: await measureAnswers(load, url, pace),
      burst: await measureBurst(load, url, pace.rounds),
      residentBytes: await measureMemory(load, runtime, pace.posts),
      memoryEvents: pace.posts * EVENTS_A_POST,
    };
  });
