/** Whether a run can go on in another version of its flow: what it has done must still stand where it was done. */
import type { Cards } from '../domain/card.ts';
import type { Block, Flow, Step } from '../domain/flow.ts';
import { segmentOf } from '../domain/flow.ts';
import { canonical } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import { branchName } from './apply-step.ts';
import type { RunState } from './state.ts';

/** The step at a path of a journal, or undefined when the flow has none there. */
export const stepByPath = (flow: Flow, path: string): Step | undefined => {
  const segments = path.split('/');
  let block: Block | undefined = flow.steps;
  for (let at = 0; block !== undefined; at += 2) {
    const step: Step | undefined = block.find(
      (candidate, index) => segmentOf(candidate, index) === segments[at],
    );
    if (step === undefined || at + 1 >= segments.length) return step;
    block = blockOf(step, segments[at + 1] ?? '');
  }
  return undefined;
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

/** Paths of performed actions that the other version does not have in their place: performing them anew would repeat them. */
export const misplaced = (state: RunState, other: Flow, cards: Cards): readonly string[] =>
  [...state.memo].flatMap(([path, entry]) => {
    const step = stepByPath(state.flow, path);
    if (entry.type !== 'succeeded' || step?.kind !== 'card' || cards.get(step.card)?.effect === 'pure')
      return [];
    const there = stepByPath(other, path);
    if (there?.kind !== 'card' || there.card !== step.card) return [path];
    // A step without an id is known by its place alone, so it must be the same step.
    const isSame =
      step.id !== undefined || canonical(there as unknown as Json) === canonical(step as unknown as Json);
    return isSame ? [] : [path];
  });
