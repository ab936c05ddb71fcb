/** Takes the body of a post apart into events: each with its exact text, and those that nobody can read apart. */
import { isObject, type Json } from '../domain/json.ts';
import { findAt } from './find.ts';
import { isDeeperThan, itemsAt } from './json-parts.ts';
import type { Shape } from './kind.ts';

/** One event of a post. `data` is there where the value is not the JSON of `raw`. */
export interface Part {
  readonly raw: string;
  readonly value: Json;
  readonly data?: Json;
  /** why nobody can use it */
  readonly fault?: string;
}

export type Split =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly reason: 'malformed' | 'unsupported'; readonly message: string };

/** Deeper ones are no data: what copies or writes them would run out of stack. */
export const DEEPEST = 200;

const malformed = (message: string): Split => ({ ok: false, reason: 'malformed', message });

const parse = (text: string): { readonly value: Json } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const unusable = (raw: string, fault: string): Part => ({ raw, value: null, data: null, fault });

const partOf = (raw: string, value: Json): Part => {
  if (isDeeperThan(raw, DEEPEST)) return unusable(raw, `It is nested deeper than ${DEEPEST} levels.`);
  return isObject(value) ? { raw, value } : { raw, value, fault: 'It is no JSON object.' };
};

const splitObject = (text: string): Split => {
  const parsed = parse(text);
  if (parsed === undefined) return malformed('the body is no JSON');
  if (!isObject(parsed.value)) return malformed('the body is no JSON object');
  return { ok: true, parts: [partOf(text, parsed.value)] };
};

const splitList = (text: string, at: string | undefined): Split => {
  const parsed = parse(text);
  if (parsed === undefined) return malformed('the body is no JSON');
  const values = at === undefined ? parsed.value : findAt(parsed.value, at);
  const spans = itemsAt(text, at?.split('.') ?? []);
  if (!Array.isArray(values) || spans === undefined) {
    return malformed(at === undefined ? 'the body is no JSON array' : `the body has no array at ${at}`);
  }
  // Texts and values were found by two readers of the same array.
  const parts = spans.map(([from, to], index) => partOf(text.slice(from, to), values[index] ?? null));
  return { ok: true, parts };
};

const partOfLine = (line: string): Part => {
  const parsed = parse(line);
  return parsed === undefined ? unusable(line, 'The line is no JSON.') : partOf(line, parsed.value);
};

const splitLines = (text: string): Split => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const parts = lines.map(partOfLine);
  if (parts.length > 0 && parts.every(({ value }) => value === null)) {
    return malformed('no line of the body is JSON');
  }
  return { ok: true, parts };
};

const splitAny = (text: string): Split => {
  if (/^\s*\[/.test(text)) return splitList(text, undefined);
  const whole = splitObject(text);
  return whole.ok || !text.trim().includes('\n') ? whole : splitLines(text);
};

/** A field that stands several times becomes a list. */
const fieldsOf = (form: URLSearchParams): Json =>
  Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

const splitForm = (text: string, json: string | undefined): Split => {
  const form = new URLSearchParams(text);
  const inside = json === undefined ? null : form.get(json);
  if (inside === null) {
    const fields = fieldsOf(form);
    return { ok: true, parts: [{ raw: text, value: fields, data: fields }] };
  }
  const split = splitObject(inside);
  if (!split.ok) return malformed(`in the field ${json} of the form, ${split.message}`);
  return { ok: true, parts: split.parts.map((part) => ({ ...part, raw: text, data: part.value })) };
};

const splitAs = (text: string, shape: Shape): Split => {
  switch (shape.as) {
    case 'object':
      return splitObject(text);
    case 'list':
      return splitList(text, shape.at);
    case 'lines':
      return splitLines(text);
    case 'any':
      return splitAny(text);
    case 'form':
      return splitForm(text, shape.json);
  }
};

const FORM = 'application/x-www-form-urlencoded';
const READABLE = /^(|text\/.*|.*[/+.-](json|ndjson|jsonl|jsonlines|json-seq).*)$/;

/** @param form how posts are read that have the content type of a form; else they are read like the others */
export const split = (
  text: string,
  contentType: string | null,
  { shape, form }: { readonly shape: Shape; readonly form?: Shape },
): Split => {
  const [media = ''] = (contentType ?? '').toLowerCase().split(';');
  const isForm = media.trim() === FORM;
  if (shape.as === 'form' && !isForm) {
    return { ok: false, reason: 'unsupported', message: `the content type is "${media}", not ${FORM}` };
  }
  const found = splitAs(text, isForm ? (form ?? shape) : shape);
  if (found.ok || READABLE.test(media.trim())) return found;
  return {
    ok: false,
    reason: 'unsupported',
    message: `the content type is "${media}", and ${found.message}`,
  };
};
