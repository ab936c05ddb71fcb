/** What of a run may be seen: all of it but its secrets, its shape without values, or nothing but what happened when. */
import type { Failure } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { secretInputs } from './attempt.ts';
import { mask, MASK } from './mask.ts';
import type { RunState } from './state.ts';

/** Hides what may not be seen: everything, all values, or the secret inputs wherever they turned up. */
export type Veil = (value: Json) => Json;

export const veilOf = (state: RunState): Veil => {
  const { history } = state.flow.settings;
  if (history === 'none') return () => null;
  if (history === 'masked') return hideValues;
  const secrets = secretInputs(state);
  return secrets.length === 0 ? (value) => value : (value) => mask(value, secrets);
};

const hideValues = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(hideValues);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hideValues(member)]));
  return value === null ? null : MASK;
};

export const veilFailure = (error: Failure | null, veil: Veil): Failure | null => {
  if (error === null) return null;
  const { body, data, message, ...rest } = error;
  const text = veil(message);
  return {
    ...rest,
    message: typeof text === 'string' ? text : 'Not kept: the flow keeps no history',
    ...(body === undefined ? {} : { body: veil(body) }),
    ...(data === undefined ? {} : { data: veil(data) }),
  };
};

/** Fields that are declared `secret` are hidden whatever their type. */
export const maskedInputs = (state: RunState): JsonObject =>
  Object.fromEntries(
    Object.entries(state.created.inputs).map(([name, value]) => [
      name,
      state.flow.inputs[name]?.secret === true ? MASK : value,
    ]),
  );

/** An entry as the live view shows it: under the same veil as the history. */
export const veiled = (state: RunState, entry: Entry): JsonObject => {
  const veil = veilOf(state);
  const hidden = new Set([
    'value',
    'input',
    'set',
    'outputs',
    'inputs',
    'event',
    'request',
    'schedule',
    'response',
    'block',
  ]);
  const members = Object.entries(entry).map(([key, value]): [string, Json] => {
    if (key === 'inputs') return [key, veil(maskedInputs(state))];
    if (key === 'error') return [key, { ...veilFailure(value as Failure, veil) }];
    return [key, hidden.has(key) ? veil(value as Json) : (value as Json)];
  });
  return Object.fromEntries(members);
};
