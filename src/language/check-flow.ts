/** Checks a flow that could be read: what its parts say to each other, and to the cards. */
import type { Flow, Trigger } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Catalogue } from './catalogue.ts';
import { checkCycles } from './check-cycles.ts';
import { checkDeclared } from './check-fields.ts';
import { checkCondition, checkTemplate } from './check-expressions.ts';
import { checkBlock, type Walking } from './check-steps.ts';
import { checkAvailable } from './normalise-trigger.ts';
import type { Path } from './place.ts';
import { placedSteps, type Placed } from './placed-steps.ts';
import type { Report } from './report.ts';
import { topScope } from './scope.ts';

export interface FlowChecking {
  readonly catalogue: Catalogue;
  readonly report: Report;
  /** The inputs as a JSON Schema; of inputs that could not be read, the names. */
  readonly inputs: JsonObject;
  readonly lineAt: (path: Path) => number;
  /** Some step could not be read: what it would have set is not known. */
  readonly isBroken: boolean;
}

const checkIds = (placed: readonly Placed[], { lineAt, report }: FlowChecking): ReadonlyMap<string, Path> => {
  const places = new Map<string, Path>();
  for (const [path, { id }] of placed) {
    if (id === undefined) continue;
    const first = places.get(id);
    if (first === undefined) places.set(id, path);
    else {
      const message = `The id "${id}" is taken by the step in line ${lineAt(first)}: ids are unique in a flow`;
      report.error({ path: [...path, 'id'], code: 'duplicate_id', message });
    }
  }
  return places;
};

/** A filter and a key are asked before there is a run: they see the event, and nothing else. */
const checkTrigger = (trigger: Trigger, walking: Walking): void => {
  if (trigger.kind !== 'event') return;
  const standing = { scope: topScope(), secrets: false };
  checkCondition(trigger.where, ['trigger', 'where'], standing, walking);
  checkTemplate(trigger.key ?? null, ['trigger', 'key'], standing, walking);
};

export const checkFlow = (flow: Flow, trigger: Trigger['kind'] | undefined, checking: FlowChecking): void => {
  const { catalogue, report, inputs, lineAt, isBroken } = checking;
  const placed = placedSteps(flow.steps, ['steps']);
  const places = checkIds(placed, checking);
  const lineOf = (id: string): number | undefined => {
    const path = places.get(id);
    return path === undefined ? undefined : lineAt(path);
  };
  const allVars = new Set(placed.flatMap(([, step]) => (step.kind === 'set' ? Object.keys(step.set) : [])));
  const around = { inputs, trigger, lineOf, allVars, isBroken };
  const walking: Walking = { catalogue, report, around, outputs: flow.outputs };
  checkAvailable(flow, report);
  checkTrigger(flow.trigger, walking);
  checkDeclared(flow.inputs, ['inputs'], report);
  checkDeclared(flow.outputs ?? {}, ['outputs'], report);
  checkBlock(flow.steps, ['steps'], topScope(), walking);
  checkCycles(flow, catalogue.flows, report);
};
