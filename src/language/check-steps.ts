/** Walks the steps of a flow in the order of its text and checks each against what it can see. */
import type { Block, ForEachStep, LeaveStep, Step, TryStep } from '../domain/flow.ts';
import type { Catalogue } from './catalogue.ts';
import { checkCall } from './check-call.ts';
import { checkCard } from './check-card.ts';
import { checkCondition, checkTemplate, type Checking } from './check-expressions.ts';
import type { Standing } from './check-names.ts';
import { checkReturn } from './check-return.ts';
import type { Path } from './place.ts';
import { branchScope, declare, innerScope, itemScope, roundScope, type Scope } from './scope.ts';
import { valueOf } from './step-value.ts';
import type { Fields } from '../domain/flow.ts';

export interface Walking extends Checking {
  readonly catalogue: Catalogue;
  readonly outputs: Fields | undefined;
}

interface Here {
  readonly path: Path;
  readonly scope: Scope;
  readonly standing: Standing;
  readonly walking: Walking;
}

const checkSet = (names: Iterable<string>, { path, scope, walking }: Here): void => {
  for (const name of names) {
    const crowd = declare(scope.vars, name);
    if (crowd === undefined) continue;
    const message = `"${name}" was set outside of ${crowd}, where several would set it at a time: return it as the block's value instead`;
    walking.report.error({ path: [...path, 'set', name], code: 'shared_variable', message, spot: 'key' });
  }
};

const misplaced = ({ kind }: LeaveStep, scope: Scope): string | undefined => {
  if (kind === 'yield' && scope.isTop) return '"yield" ends a block, and here is none around it: use return';
  if (kind === 'next' && !scope.hasIndex)
    return '"next" ends an item or a round, and here is no loop around it';
  if ((kind === 'return' || kind === 'stop') && scope.crowd !== undefined)
    return `"${kind}" cannot end the run from ${scope.crowd}, where others run beside it: use yield and decide afterwards`;
  return undefined;
};

const checkLeave = (step: LeaveStep, here: Here): void => {
  const { path, scope, walking, standing } = here;
  const message = misplaced(step, scope);
  const at = [...path, step.kind];
  if (message !== undefined) walking.report.error({ path: at, code: 'misplaced', message, spot: 'key' });
  if (step.kind === 'return') checkReturn(step.value, at, walking.outputs, walking.report);
  checkTemplate(step.value, at, standing, walking);
};

const checkLoop = (step: ForEachStep, { path, scope, standing, walking }: Here): void => {
  checkTemplate(step.items, [...path, 'forEach'], standing, walking);
  const loop = { concurrency: step.concurrency, ...(step.id === undefined ? {} : { id: step.id }) };
  checkBlock(step.do, [...path, 'do'], itemScope(scope, loop), walking);
};

const checkTry = (step: TryStep, { path, scope, walking }: Here): void => {
  const tried = innerScope(scope);
  checkBlock(step.try, [...path, 'try'], tried, walking);
  const rescue = innerScope(tried, { inCatch: true });
  if (step.catch !== undefined) checkBlock(step.catch, [...path, 'catch'], rescue, walking);
  if (step.finally !== undefined) checkBlock(step.finally, [...path, 'finally'], innerScope(tried), walking);
};

const checkKind = (step: Step, here: Here): void => {
  const { path, scope, standing, walking } = here;
  switch (step.kind) {
    case 'card':
      checkCard(step, path, walking.catalogue, walking.report);
      return checkTemplate(step.with, [...path, 'with'], { ...standing, secrets: true }, walking);
    case 'call':
      checkCall(step, path, walking.catalogue.flows, walking.report);
      return checkTemplate(step.with, [...path, 'with'], standing, walking);
    case 'set':
      checkTemplate(step.set, [...path, 'set'], standing, walking);
      return checkSet(Object.keys(step.set), here);
    case 'if':
      for (const [index, branch] of step.branches.entries()) {
        const at = index === 0 ? path : [...path, 'elseIf', index - 1];
        checkCondition(branch.if, [...at, 'if'], standing, walking);
        checkBlock(branch.then, [...at, 'then'], innerScope(scope), walking);
      }
      if (step.else !== undefined) checkBlock(step.else, [...path, 'else'], innerScope(scope), walking);
      return;
    case 'try':
      return checkTry(step, here);
    case 'forEach':
      return checkLoop(step, here);
    case 'while':
      checkCondition(step.while, [...path, 'while'], standing, walking);
      return checkBlock(step.do, [...path, 'do'], roundScope(scope), walking);
    case 'parallel':
      for (const [name, block] of Object.entries(step.branches))
        checkBlock(block, [...path, 'parallel', name], branchScope(scope), walking);
      return;
    case 'wait':
      return checkTemplate(step.wait, [...path, 'wait'], standing, walking);
    case 'respond':
      return checkTemplate(step.respond, [...path, 'respond'], standing, walking);
    default:
      return checkLeave(step, here);
  }
};

const checkStep = (step: Step, path: Path, scope: Scope, walking: Walking): void => {
  const standing: Standing = { scope, secrets: false, ...(step.id === undefined ? {} : { self: step.id }) };
  checkCondition(step.when, [...path, 'when'], standing, walking);
  checkKind(step, { path, scope, standing, walking });
  if (step.id === undefined) return;
  scope.steps.set(step.id, valueOf(step, walking.catalogue));
  if ((step.kind === 'card' || step.kind === 'call') && step.onError === 'continue')
    scope.errors.add(step.id);
};

const LEAVING = new Set(['yield', 'next', 'return', 'stop', 'fail']);

export const checkBlock = (block: Block, path: Path, scope: Scope, walking: Walking): void => {
  for (const [index, step] of block.entries()) {
    checkStep(step, [...path, index], scope, walking);
    const next = index + 1;
    if (!LEAVING.has(step.kind) || step.when !== undefined || next >= block.length) continue;
    const message = `Nothing gets here: the step before ends the block with "${step.kind}"`;
    walking.report.warn({ path: [...path, next], code: 'unreachable', message });
  }
};
