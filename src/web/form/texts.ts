/** What stands in a form: the texts of its controls, by name. At first the defaults, then what was typed. */
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Input } from './inputs.ts';

/** A name that is missing was not sent: an empty checkbox. */
export type Texts = ReadonlyMap<string, readonly string[]>;

/** The control beside a date and time that names their zone. */
export const zoneName = (path: string): string => `${path}.zone`;

export const textAt = (texts: Texts, path: string): string => texts.get(path)?.[0] ?? '';

export const textsOf = (pairs: Iterable<readonly [string, string]>): Texts => {
  const texts = new Map<string, string[]>();
  for (const [name, text] of pairs) {
    const list = texts.get(name);
    if (list === undefined) texts.set(name, [text]);
    else list.push(text);
  }
  return texts;
};

const plain = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A default as the control shows it. */
const shown = (value: Json, { control }: Input): readonly string[] => {
  if (control.kind === 'check') return value === true ? ['on'] : [];
  if (control.kind === 'json') return [JSON.stringify(value, null, 2)];
  if (!Array.isArray(value)) return [plain(value)];
  const items = value.map(plain);
  return control.kind === 'lines' ? [items.join('\n')] : items;
};

const fill = (inputs: readonly Input[], given: JsonObject, into: Map<string, readonly string[]>): void => {
  for (const input of inputs) {
    const value = Object.hasOwn(given, input.name) ? given[input.name] : input.field.default;
    if (input.control.kind === 'group') fill(input.control.parts, isObject(value) ? value : {}, into);
    else if (value === undefined || value === null || input.isSecret) continue;
    else if (input.control.kind === 'moment') into.set(input.path, [plain(value)]);
    else {
      const texts = shown(value, input);
      if (texts.length > 0) into.set(input.path, texts);
    }
  }
};

/** A new form: the defaults of the fields. */
export const defaultsOf = (inputs: readonly Input[]): Texts => {
  const texts = new Map<string, readonly string[]>();
  fill(inputs, {}, texts);
  return texts;
};
