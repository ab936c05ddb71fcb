/** All steps of a flow, with the place that each has in the file. */
import type { Block, Step } from '../domain/flow.ts';
import type { Path } from './place.ts';

export type Placed = readonly [Path, Step];

/** The blocks of a step, with the place each has in the file. */
const blocksOf = (step: Step): readonly (readonly [Path, Block])[] => {
  switch (step.kind) {
    case 'if':
      return [
        ...step.branches.map(
          ({ then }, index) => [index === 0 ? ['then'] : ['elseIf', index - 1, 'then'], then] as const,
        ),
        ...(step.else === undefined ? [] : [[['else'], step.else] as const]),
      ];
    case 'try':
      return [
        [['try'], step.try],
        ...(step.catch === undefined ? [] : [[['catch'], step.catch] as const]),
        ...(step.finally === undefined ? [] : [[['finally'], step.finally] as const]),
      ];
    case 'forEach':
    case 'while':
      return [[['do'], step.do]];
    case 'parallel':
      return Object.entries(step.branches).map(([name, block]) => [['parallel', name], block] as const);
    default:
      return [];
  }
};

/** Every step of a block and of the blocks inside, in the order of the text. */
export const placedSteps = (block: Block, path: Path): readonly Placed[] =>
  block.flatMap((step, index) => {
    const at = [...path, index];
    const inside = blocksOf(step).flatMap(([inner, nested]) => placedSteps(nested, [...at, ...inner]));
    return [[at, step] as const, ...inside];
  });
