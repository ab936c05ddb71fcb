/** The flow that shall be run: a saved one by name, or a text that is not saved. */
import type { Cards } from '../../domain/card.ts';
import { FLOW_NAME, type Flow } from '../../domain/flow.ts';
import { refuse, type Refusal } from '../../domain/problem.ts';
import { catalogueOf } from '../../language/catalogue.ts';
import { parseFlow } from '../../language/parse.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { findFlow } from '../../storage/flow-cache.ts';

export type Runnable = { readonly ok: true; readonly flow: Flow; readonly version: number } | Refusal;

/** Refuses what is unknown or archived, and a disabled one unless the run is dry. */
export const findRunnable = async (
  env: Bindings,
  name: string,
  how: { readonly dry: boolean; readonly now: number },
): Promise<Runnable> => {
  const found = FLOW_NAME.test(name) ? await findFlow(env, name, how.now) : undefined;
  if (found === undefined || found.status === 'archived') {
    return refuse('not_found', `There is no flow "${name}".`);
  }
  if (found.status === 'disabled' && !how.dry) {
    return refuse('conflict', `Flow ${name} is disabled: enable it first, or run it dry.`);
  }
  return { ok: true, flow: found.definition, version: found.version };
};

/** Refuses a text with errors, all of them at once. */
export const parseRunnable = (
  sent: { readonly name: string; readonly text: string },
  cards: Cards,
): Runnable => {
  const parsed = parseFlow(sent.name, sent.text, catalogueOf(cards));
  if (parsed.ok) return { ok: true, flow: parsed.flow, version: 0 };
  const errors = parsed.problems.filter(({ severity }) => severity === 'error');
  return refuse('invalid_flow', `The text of ${sent.name} is no flow that can run.`, { errors });
};
