/** What a flow needs of the request that started it, besides the inputs that were made of it. */
import type { Flow } from '../../domain/flow.ts';
import { isObject, type Json } from '../../domain/json.ts';

const remembered = (ask: (flow: Flow) => boolean): ((flow: Flow) => boolean) => {
  const answers = new WeakMap<Flow, boolean>();
  return (flow) => {
    const answer = answers.get(flow) ?? ask(flow);
    answers.set(flow, answer);
    return answer;
  };
};

const isSecret = (field: Json | undefined): boolean => {
  if (!isObject(field)) return false;
  const parts = isObject(field['properties']) ? Object.values(field['properties']) : [];
  return field['secret'] === true || isSecret(field['items']) || parts.some(isSecret);
};

/** Whether query and body would show a secret input in the clear: such flows read `inputs`. */
export const hasSecrets = remembered((flow) => Object.values(flow.inputs).some(isSecret));

/** Whether an expression may read `request`, by its name or through `$$`, the whole. */
export const readsRequest = remembered((flow) => /request|\$\$/.test(JSON.stringify(flow.steps)));
