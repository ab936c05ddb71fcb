/** Whether a run can go on in another version of its flow: what it has done must still stand where it was done. */
import type { Cards } from '../domain/card.ts';
import type { Block, Flow, Step } from '../domain/flow.ts';
import { segmentOf } from '../domain/flow.ts';
import { canonical } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import { branchName } from './apply-step.ts';
import type { RunState } from './state.ts';

/** Paths of actions, performed or in doubt, that the other version does not have in their place: it would repeat them. */
export const misplaced = (state: RunState, other: Flow, cards: Cards): readonly string[] =>
  [...state.memo.values()].flatMap(({ type, path }) => {
    if (type !== 'succeeded' && type !== 'doubted') return [];
    const step = stepsTo(state.flow, path)?.at(-1);
    const isAction = step?.kind === 'card' && cards.get(step.card)?.effect !== 'pure';
    if (!isAction && step?.kind !== 'call') return [];
    return isInPlace(state.flow, other, path) ? [] : [path];
  });

/** Whether the step at this path of a journal, and every step around it, is the same one in both versions. */
export const isInPlace = (flow: Flow, other: Flow, path: string): boolean => {
  const here = stepsTo(flow, path);
  const there = stepsTo(other, path);
  if (here === undefined || there === undefined) return false;
  return here.every((step, depth) => isSame(step, there[depth]));
};

/** The steps from the outermost to the one at this path, or undefined when the flow has none there. */
const stepsTo = (flow: Flow, path: string): readonly Step[] | undefined => {
  const segments = path.split('/');
  const steps: Step[] = [];
  let block: Block | undefined = flow.steps;
  for (let at = 0; at < segments.length; at += 2) {
    const step: Step | undefined = block?.find((each, index) => segmentOf(each, index) === segments[at]);
    if (step === undefined) return undefined;
    steps.push(step);
    block = blockOf(step, segments[at + 1] ?? '');
  }
  return steps;
};

const blockOf = (step: Step, key: string): Block | undefined => {
  switch (step.kind) {
    case 'if':
      return key === 'else' ? step.else : step.branches.find((_, index) => branchName(index) === key)?.then;
    case 'try':
      return key === 'try' ? step.try : key === 'catch' ? step.catch : step.finally;
    case 'forEach':
    case 'while':
      return step.do;
    case 'parallel':
      return step.branches[key];
    default:
      return undefined;
  }
};

/**
 * A step with an id is known by it, if it is still of the same kind; one without by its place and its text alone.
 * What only computes is known by its text: when that was mended, it is to be computed anew.
 */
const isSame = (step: Step, other: Step | undefined): boolean => {
  if (other === undefined || step.kind !== other.kind) return false;
  if (step.kind === 'card' && other.kind === 'card' && step.card !== other.card) return false;
  if (step.kind === 'call' && other.kind === 'call' && step.call !== other.call) return false;
  const isKnown = step.id !== undefined && KNOWN_BY_ID.has(step.kind);
  return isKnown || textOf(step) === textOf(other);
};

const KNOWN_BY_ID = new Set(['card', 'call', 'if', 'try', 'forEach', 'while', 'parallel']);

/** What a step says itself, without its title, its note and the steps in it. */
const textOf = (step: Step): string => {
  const own = Object.entries(step).filter(
    ([key]) => !['title', 'note', 'then', 'else', 'try', 'catch', 'finally', 'do'].includes(key),
  );
  const told = own.map(([key, value]) => [key, key === 'branches' ? conditionsOf(step) : value] as const);
  return canonical(Object.fromEntries(told));
};

const conditionsOf = (step: Step): Json => {
  if (step.kind === 'if') return step.branches.map((branch) => branch.if);
  return step.kind === 'parallel' ? Object.keys(step.branches) : null;
};
