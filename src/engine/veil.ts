/** What of a run may be seen: all of it but its secrets, its shape without values, or nothing but what happened when. */
import type { Failure } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import type { Entered, Entry, RawResponse } from '../domain/run.ts';
import { mask, MASK } from './mask.ts';
import { secretInputs } from './prepare.ts';
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

/** A text that stands where one must stand. */
export const veilText = (text: string, veil: Veil): string => {
  const shown = veil(text);
  return typeof shown === 'string' ? shown : 'Not kept: the flow keeps no history';
};

export const veilFailure = (error: Failure | null, veil: Veil): Failure | null => {
  if (error === null) return null;
  const { body, data, message, ...rest } = error;
  return {
    ...rest,
    message: veilText(message, veil),
    ...(body === undefined ? {} : { body: veil(body) }),
    ...(data === undefined ? {} : { data: veil(data) }),
  };
};

export const veilResponse = ({ status, headers, body }: RawResponse, veil: Veil): RawResponse => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, veilText(value, veil)])),
  body: veil(body),
});

/** Fields that are declared `secret` are hidden whatever their type. */
export const maskedInputs = (state: RunState): JsonObject =>
  hideSecret(state.created.inputs, state.flow.inputs);

const hideSecret = (values: JsonObject, fields: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = fields[name];
      if (!isObject(field)) return [name, value];
      if (field.secret === true) return [name, MASK];
      return [
        name,
        isObject(field.properties) && isObject(value) ? hideSecret(value, field.properties) : value,
      ];
    }),
  );

/** Members of entries in which values stand. */
// prettier-ignore
const VALUES = new Set(['value', 'input', 'set', 'outputs', 'reason', 'event', 'events', 'request', 'schedule', 'response']);

/** An entry as the live view shows it: under the same veil as the history. */
export const veiled = (state: RunState, entry: Entry): JsonObject => {
  const veil = veilOf(state);
  // An entry is JSON, and so is every member of it.
  const members = Object.entries(entry as unknown as JsonObject).map(([key, value]): [string, Json] => {
    if (key === 'inputs') return [key, entry.type === 'created' ? veil(maskedInputs(state)) : veil(value)];
    if (entry.type === 'entered' && key === 'block') return [key, veilBlock(entry.block, veil)];
    if (key === 'error' && 'error' in entry) return [key, { ...veilFailure(entry.error ?? null, veil) }];
    return [key, VALUES.has(key) ? veil(value) : value];
  });
  return Object.fromEntries(members);
};

/** Which block was entered is no secret, but what a loop goes through may hold some. */
const veilBlock = (block: Entered, veil: Veil): Json =>
  block.kind === 'items' ? { kind: block.kind, items: veil(block.items) } : { ...block };
