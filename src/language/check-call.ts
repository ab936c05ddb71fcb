/** A call against the flow that it names: is there one, is it a helper, does what is written fit its inputs. */
import type { CallStep } from '../domain/flow.ts';
import { didYouMean } from '../domain/near-match.ts';
import type { ProblemItem } from '../domain/problem.ts';
import type { KnownFlows } from './catalogue.ts';
import { reportInput } from './check-card.ts';
import { fieldsToJsonSchema } from './fields.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { checkOf } from './schema-check.ts';
import { calledName } from './used.ts';

const unknownFlow = (name: string, flows: KnownFlows): string => {
  const meant = didYouMean(name, flows.keys());
  return `There is no flow "${name}"${meant || ': save it first, or together with this one'}`;
};

export const checkCall = (
  step: CallStep,
  path: Path,
  flows: KnownFlows | undefined,
  report: Report,
): void => {
  if (flows === undefined) return;
  const name = calledName(step);
  const flow = flows.get(name);
  if (flow === 'unread') return;
  if (flow === undefined) {
    report.error({ path: [...path, 'call'], code: 'unknown_flow', message: unknownFlow(name, flows) });
    return;
  }
  if (flow.trigger.kind !== 'helper') {
    const message = `"${name}" cannot be called: its trigger is of kind ${flow.trigger.kind}, not helper`;
    report.error({ path: [...path, 'call'], code: 'not_a_helper', message });
    return;
  }
  const errors: ProblemItem[] = [];
  checkOf(fieldsToJsonSchema(flow.inputs))(step.with, '', { origin: 'literal', errors });
  for (const item of errors) reportInput(item, name, path, report);
};
