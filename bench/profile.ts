/**
 * `npm run bench:profile`: where the subject's time goes. Runs the flow of five steps under the runtime's CPU profiler
 * and prints the time of a run by file (own) and by function (with what it calls, and own).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.ts';
import { connect, profileOf } from './inspector.ts';
import type { CallFrame, CpuProfile } from './inspector.ts';
import { withLoad } from './load-process.ts';
import { openRuntime } from './runtime.ts';
import { EXPECTED, GIVEN, saveFlows, TOKEN } from './subject.ts';

const WARM_UP_MS = 3_000;
const PROFILED_MS = 5_000;
const CONNECTIONS = 16;
const SHOWN = 50;

interface Taken {
  readonly profile: CpuProfile;
  readonly runs: number;
  readonly sourceMap: SourceMap;
}

const take = async (scratch: string): Promise<Taken> => {
  const bundles = await build(scratch);
  const order = { ...bundles, data: join(scratch, 'state'), token: TOKEN, inspect: true };
  const runtime = await openRuntime(order);
  await saveFlows(runtime.url);
  const session = await connect(runtime.inspector ?? '', 'sluice');
  const target = { url: `${runtime.url}/invoke/five`, body: GIVEN, expected: EXPECTED };
  const taken = await withLoad(async (load) => {
    await load({ ...target, connections: CONNECTIONS, ms: WARM_UP_MS });
    let runs = 0;
    const profile = await profileOf(session, async () => {
      const loaded = await load({ ...target, connections: CONNECTIONS, ms: PROFILED_MS });
      runs = loaded.answered;
    });
    return { profile, runs };
  });
  session.close();
  await runtime.stop();
  return { ...taken, sourceMap: new SourceMap(JSON.parse(readFileSync(`${bundles.subject}.map`, 'utf8'))) };
};

interface Place {
  readonly file: string;
  readonly name: string;
}

/** Bundles keep no names of functions, so the place in the source stands for one. */
const placeOf = ({ url, functionName, lineNumber, columnNumber }: CallFrame, sourceMap: SourceMap): Place => {
  if (url === '') return { file: `native: ${functionName}`, name: `native: ${functionName}` };
  if (url !== 'index.js') return { file: url, name: `${url} ${functionName}` };
  const entry = sourceMap.findEntry(lineNumber, columnNumber);
  if (!('originalSource' in entry)) return { file: url, name: `${url} ${functionName}` };
  const file = entry.originalSource.replace(/^.*\/(node_modules|src)\//, '$1/');
  return { file, name: `${file}:${entry.originalLine + 1} ${functionName}` };
};

/** µs by a name: on its own, and with what it called. */
interface Times {
  readonly own: Map<string, number>;
  readonly whole: Map<string, number>;
}

const noTimes = (): Times => ({ own: new Map(), whole: new Map() });

const add = (times: Times, stack: readonly string[], us: number): void => {
  const [top = ''] = stack;
  times.own.set(top, (times.own.get(top) ?? 0) + us);
  for (const name of new Set(stack)) times.whole.set(name, (times.whole.get(name) ?? 0) + us);
};

/** From the running function up to the root. */
const stacksOf = ({ profile, sourceMap }: Taken): Map<number, Place[]> => {
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame, sourceMap)]));
  const stackOf = (id: number | undefined): Place[] => {
    const place = id === undefined ? undefined : places.get(id);
    return id === undefined || place === undefined ? [] : [place, ...stackOf(parents.get(id))];
  };
  return new Map(profile.nodes.map(({ id }) => [id, stackOf(id)]));
};

const show = (taken: Taken): void => {
  const { profile, runs } = taken;
  const stacks = stacksOf(taken);
  const [files, functions] = [noTimes(), noTimes()];
  for (const [at, id] of profile.samples.entries()) {
    const stack = stacks.get(id) ?? [];
    const us = (profile.timeDeltas[at] ?? 0) / runs;
    add(
      files,
      stack.map(({ file }) => file),
      us,
    );
    add(
      functions,
      stack.map(({ name }) => name),
      us,
    );
  }
  const top = (times: ReadonlyMap<string, number>) =>
    [...times].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
  const cell = (us: number): string => us.toFixed(1).padStart(9);
  console.log(`${runs} runs in ${PROFILED_MS / 1_000} s; µs a run\n\n      own  file`);
  for (const [file, us] of top(files.own)) console.log(cell(us), '', file);
  console.log('\n    whole       own  function');
  for (const [name, us] of top(functions.whole))
    console.log(cell(us), cell(functions.own.get(name) ?? 0), '', name);
};

const scratch = mkdtempSync(join(tmpdir(), 'sluice-profile-'));
try {
  show(await take(scratch));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
