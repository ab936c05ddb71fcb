/**
 * How many runs of five pure steps a second, beside the floors. Rounds of floors and subject take turns, so that what
 * else the machine does falls on all of them; the median of the rounds counts.
 */
import type { Loaded } from './load.ts';
import { withLoad } from './load-process.ts';
import { median, quantile } from './median.ts';
import type { Runtime } from './runtime.ts';
import { EXPECTED, GIVEN, historyReaches } from './subject.ts';

/** In the order of their turns. */
export const TARGETS = {
  plain: '/floor/plain',
  commit: '/floor/commit',
  group: '/floor/group',
  d1: '/floor/d1',
  subject: '/invoke/five',
} as const;
export type Target = keyof typeof TARGETS;
// The keys of a literal above.
const NAMES = Object.keys(TARGETS) as Target[];

export interface Pace {
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
}

export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** of workerd for one answer, the copy into the history included; null where it cannot be read */
  readonly cpuMs: number | null;
}
export interface Level {
  readonly connections: number;
  readonly targets: Readonly<Record<Target, Figures>>;
  /** how long after the last answer of a round the history had all its runs */
  readonly historyLagMs: number;
}
export interface Throughput {
  readonly levels: readonly Level[];
  /** runs that were answered, and that the history holds in the end */
  readonly answered: number;
}

/** A round: the load, what it took the runtime, and how long after it the history was complete. */
interface Round extends Loaded {
  readonly cpuMs: number | null;
  readonly lagMs: number;
}

export const measureThroughput = (runtime: Runtime, pace: Pace): Promise<Throughput> =>
  withLoad(async (load) => {
    const { url } = runtime;
    let answered = 0;
    const run = async (target: Target, connections: number, ms: number): Promise<Round> => {
      const cpuBefore = runtime.cpuMs();
      const order = { url: url + TARGETS[target], body: GIVEN, expected: EXPECTED, connections, ms };
      const loaded = await load(order);
      if (target === 'subject') answered += loaded.answered;
      const lagMs = target === 'subject' ? await settled(url, answered) : 0;
      const cpuAfter = runtime.cpuMs();
      const cpuMs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
      return { ...loaded, cpuMs, lagMs };
    };
    for (const target of NAMES) await run(target, 16, pace.warmUpMs);
    const levels: Level[] = [];
    for (const connections of pace.connections) {
      const rounds: Record<Target, Round[]> = { plain: [], commit: [], group: [], d1: [], subject: [] };
      for (let round = 0; round < pace.rounds; round += 1) {
        for (const target of NAMES) rounds[target].push(await run(target, connections, pace.roundMs));
      }
      const historyLagMs = median(rounds.subject.map(({ lagMs }) => lagMs));
      levels.push({ connections, targets: figuresOf(rounds), historyLagMs });
    }
    return { levels, answered };
  });

/** E5, seen from outside: the history comes later than the answers, and holds every run. */
const settled = async (url: string, answered: number): Promise<number> => {
  const begun = performance.now();
  if (!(await historyReaches(url, answered, 30_000)))
    throw new Error(`The history does not hold all ${answered} runs half a minute after their answers.`);
  return performance.now() - begun;
};

const figures = (rounds: readonly Round[]): Figures => {
  const cpu = rounds.flatMap(({ cpuMs, answered }) => (cpuMs === null ? [] : [cpuMs / answered]));
  return {
    perSecond: median(rounds.map(({ answered, seconds }) => answered / seconds)),
    p50Ms: median(rounds.map(({ latencies }) => quantile(latencies, 0.5))),
    p99Ms: median(rounds.map(({ latencies }) => quantile(latencies, 0.99))),
    cpuMs: cpu.length === 0 ? null : median(cpu),
  };
};

const figuresOf = (rounds: Readonly<Record<Target, readonly Round[]>>): Record<Target, Figures> => ({
  plain: figures(rounds.plain),
  commit: figures(rounds.commit),
  group: figures(rounds.group),
  d1: figures(rounds.d1),
  subject: figures(rounds.subject),
});
