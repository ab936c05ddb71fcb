/** Bodies as text and JSON objects, read once at the door. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { refuse, type Refusal } from '../domain/problem.ts';

const MAX_DEPTH = 100;

/** Undefined when the bytes are no UTF-8. */
export const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** Counts brackets outside texts: a value nested a million deep parses well, and breaks everything after. */
const isTooDeep = (json: string): boolean => {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
};

/** Refuses `malformed`, and `invalid_input` for JSON that is no object; `meaning` says what its members are. */
export const parseObject = (
  json: string,
  meaning: string,
): { readonly ok: true; readonly value: JsonObject } | Refusal => {
  if (isTooDeep(json)) {
    return refuse('malformed', `The JSON of the body is nested more than ${MAX_DEPTH} levels deep.`);
  }
  let value: Json;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse('malformed', `The body is not JSON: ${why}.`);
  }
  return isObject(value)
    ? { ok: true, value }
    : refuse('invalid_input', `The body must be a JSON object, whose members are ${meaning}.`);
};
