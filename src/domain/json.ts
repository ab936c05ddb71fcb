/** JSON values as the whole system passes them, and the few operations that every room needs on them. */
import { Buffer } from 'node:buffer';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Length in bytes of a text as UTF-8, without encoding it. */
export const utf8Length = (text: string): number => Buffer.byteLength(text);

/** JSON with keys in order, so that equal values have equal texts. */
export const canonical = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
};
