/**
 * What one evaluation may cost. It is counted, not timed: a Worker's clock stands still while code computes.
 * Nodes stop what never ends, walked items what copies long lists over and over, text what doubles itself.
 */
import { StepError } from '../domain/errors.ts';

export const MOST_NODES = 20_000;
/** List items and members walked through; ten characters of text count as one. */
export const MOST_WALKED = 1_000_000;
export const MOST_TEXT = 1_000_000;
/** Characters read by patterns, times the size of the pattern. */
export const MOST_MATCHING = 50_000_000;

export interface Budget {
  nodes: number;
  walked: number;
  matching: number;
}

export const newBudget = (): Budget => ({ nodes: 0, walked: 0, matching: 0 });

const exhausted = (message: string): StepError => new StepError('expression_budget', message);

export const spendNode = (budget: Budget): void => {
  if (++budget.nodes <= MOST_NODES) return;
  throw exhausted(
    'it takes more than 20,000 evaluations: look for a function that calls itself without end, and work on long ' +
      'lists with the list cards',
  );
};

export const spendItems = (budget: Budget, items: number): void => {
  budget.walked += items;
  if (budget.walked <= MOST_WALKED) return;
  throw exhausted(
    'it walks through more than 1,000,000 list items, or 10 MB of text: do not copy a growing list in a loop, and ' +
      'work on long lists with the list cards',
  );
};

export const spendText = (budget: Budget, length: number): void => spendItems(budget, length / 10);

export const spendMatching = (budget: Budget, cost: number): void => {
  budget.matching += cost;
  if (budget.matching <= MOST_MATCHING) return;
  throw exhausted(
    'its pattern takes too long on this text: avoid ".*" before rare parts, or search a shorter text',
  );
};

/** Asked before a text is made, for one of 500 MB would end the Worker before anybody could look at it. */
export const requireTextRoom = (length: number): void => {
  if (length > MOST_TEXT) throw exhausted('it makes a text of more than 1,000,000 characters');
};

/** Pays for a walk through the whole value. */
export const spendValue = (budget: Budget, value: unknown): void => {
  if (typeof value === 'string') spendText(budget, value.length);
  if (typeof value !== 'object' || value === null) return;
  const members = Array.isArray(value) ? value : Object.values(value);
  spendItems(budget, members.length + 1);
  for (const member of members) spendValue(budget, member);
};
