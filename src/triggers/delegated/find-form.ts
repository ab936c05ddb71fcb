/** The flow behind a form, if the person may run it. */
import type { Flow } from '../../domain/flow.ts';
import { FLOW_NAME } from '../../domain/flow.ts';
import type { Person } from '../../domain/person.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { mayRunFlow } from '../../storage/delegated-flows.ts';
import { findFlow } from '../../storage/flow-cache.ts';

export interface FoundForm {
  readonly flow: Flow;
  readonly version: number;
}

/** No flow has this name: a made-up name that cannot be one costs the same query. */
const NO_FLOW = '-';

/**
 * Undefined for a flow that does not exist, is disabled or archived, has another trigger, or is not for this person:
 * all after the same one query, so that neither answer nor time tells which.
 */
export const findForm = async (
  env: Bindings,
  person: Person,
  asked: { readonly name: string; readonly now: number },
): Promise<FoundForm | undefined> => {
  const { name, now } = asked;
  const flow = FLOW_NAME.test(name) ? name : NO_FLOW;
  if (!(await mayRunFlow(env.DB, person, { flow, now }))) return undefined;
  const found = await findFlow(env, flow, now);
  // The look-up may be a second older than the permission.
  if (found?.status !== 'enabled' || found.definition.trigger.kind !== 'delegated') return undefined;
  return { flow: found.definition, version: found.version };
};
