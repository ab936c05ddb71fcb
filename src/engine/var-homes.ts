/**
 * In which block a variable lives: the one that sets its name first in the text, and loop bodies and branches have
 * their own. The text decides alone, whatever a run takes or skips: else data would move variables about.
 */
import type { Block, Flow, Step } from '../domain/flow.ts';
import type { Frame } from './state.ts';

interface Home {
  readonly names: Set<string>;
  readonly outer: Home | null;
}
type Homes = Map<Block, Home>;

const known = new WeakMap<Flow, Homes>();

const homesOf = (flow: Flow): Homes => {
  const homes = known.get(flow) ?? settle(flow);
  known.set(flow, homes);
  return homes;
};

const settle = (flow: Flow): Homes => {
  const homes: Homes = new Map();
  walkOwn(homes, flow.steps, null);
  return homes;
};

const walkOwn = (homes: Homes, block: Block, outer: Home | null): void => {
  const home: Home = { names: new Set(), outer };
  homes.set(block, home);
  walk(homes, block, home);
};

const walk = (homes: Homes, block: Block, home: Home): void => {
  for (const step of block) {
    if (step.kind === 'set') for (const name of Object.keys(step.set)) declare(home, name);
    for (const inner of sharedBlocks(step)) walk(homes, inner, home);
    for (const inner of ownBlocks(step)) walkOwn(homes, inner, home);
  }
};

const declare = (home: Home, name: string): void => {
  for (let at: Home | null = home; at !== null; at = at.outer) if (at.names.has(name)) return;
  home.names.add(name);
};

const sharedBlocks = (step: Step): readonly Block[] => {
  if (step.kind === 'if') return [...step.branches.map((branch) => branch.then), step.else ?? []];
  return step.kind === 'try' ? [step.try, step.catch ?? [], step.finally ?? []] : [];
};

const ownBlocks = (step: Step): readonly Block[] => {
  if (step.kind === 'forEach' || step.kind === 'while') return [step.do];
  return step.kind === 'parallel' ? Object.values(step.branches) : [];
};

/** The frame around this one whose variable the name is. */
export const varHome = (flow: Flow, frame: Frame, name: string): Frame => {
  const homes = homesOf(flow);
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (at.ownVars && homes.get(at.block)?.names.has(name) === true) return at;
  }
  throw new Error(`no block sets "${name}" around ${frame.path}`);
};
