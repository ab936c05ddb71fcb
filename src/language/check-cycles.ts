/** Flows that call one another come to an end only where a condition stands between them: without one it is warned about. */
import type { Block, Flow, Step } from '../domain/flow.ts';
import type { KnownFlows } from './catalogue.ts';
import type { Path } from './place.ts';
import { placedSteps } from './placed-steps.ts';
import type { Report } from './report.ts';
import { calledName } from './used.ts';

interface Call {
  readonly path: Path;
  readonly name: string;
}

const LEAVING = new Set(['yield', 'next', 'return', 'stop', 'fail']);

/** Whether what comes after a step may not be reached. A card that fails is no condition. */
const mayLeave = (step: Step): boolean =>
  placedSteps([step], []).some(([, inner]) => LEAVING.has(inner.kind));

/** Blocks that run whenever their step does: not those of conditions and loops, which may be passed by, and no `catch`. */
const certainBlocks = (step: Step): readonly (readonly [Path, Block])[] => {
  if (step.kind === 'parallel')
    return Object.entries(step.branches).map(([name, block]) => [['parallel', name], block] as const);
  if (step.kind !== 'try') return [];
  return [[['try'], step.try], ...(step.finally === undefined ? [] : [[['finally'], step.finally] as const])];
};

/** Calls that every run of the block makes, unless something fails. */
const certainCalls = (block: Block, path: Path): readonly Call[] => {
  const calls: Call[] = [];
  for (const [index, step] of block.entries()) {
    const at = [...path, index];
    if (step.when === undefined) {
      if (step.kind === 'call') calls.push({ path: at, name: calledName(step) });
      for (const [inner, nested] of certainBlocks(step))
        calls.push(...certainCalls(nested, [...at, ...inner]));
    }
    if (mayLeave(step)) break;
  }
  return calls;
};

/** The names from one flow back to itself, the shortest way; undefined when none leads there. */
const wayBack = (to: string, from: string, flows: KnownFlows): readonly string[] | undefined => {
  const ways: (readonly string[])[] = [[from]];
  const seen = new Set<string>();
  for (const way of ways) {
    const name = way.at(-1) ?? '';
    if (name === to) return way;
    const flow = seen.has(name) ? undefined : flows.get(name);
    seen.add(name);
    if (flow === undefined || flow === 'unread') continue;
    ways.push(...certainCalls(flow.steps, []).map((call) => [...way, call.name]));
  }
  return undefined;
};

export const checkCycles = (flow: Flow, flows: KnownFlows | undefined, report: Report): void => {
  // What cannot be called is never called back.
  if (flows === undefined || flow.trigger.kind !== 'helper') return;
  for (const { path, name } of certainCalls(flow.steps, ['steps'])) {
    const way = wayBack(flow.name, name, flows);
    if (way === undefined) continue;
    const names = [flow.name, ...way].join(' → ');
    const message = `These flows call one another without a condition, until that is too deep: ${names}`;
    report.warn({ path: [...path, 'call'], code: 'endless_calls', message });
  }
};
