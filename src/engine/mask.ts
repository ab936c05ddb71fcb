/** Keeps secrets out of what is recorded: every occurrence of a secret's text is replaced, in keys too. */
import type { Json } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';

export const MASK = '••••••';
/** Shorter texts are masked only where they are the whole value: else every "a" of a history would go. */
const SHORTEST_PART = 4;

export const mask = (value: Json, secrets: readonly string[]): Json => {
  const known = secrets.filter((secret) => secret !== '');
  return known.length === 0
    ? value
    : maskAll(
        value,
        known.toSorted((a, b) => b.length - a.length),
      );
};

const maskAll = (value: Json, secrets: readonly string[]): Json => {
  if (typeof value === 'string') return maskText(value, secrets);
  if (typeof value === 'number' || typeof value === 'boolean')
    return secrets.includes(String(value)) ? MASK : value;
  if (Array.isArray(value)) return value.map((item: Json) => maskAll(item, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [maskText(key, secrets), maskAll(member, secrets)]),
  );
};

export const maskText = (text: string, secrets: readonly string[]): string => {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    if (masked === secret) return MASK;
    if (secret.length < SHORTEST_PART) continue;
    if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
    const encoded = encodeURIComponent(secret);
    if (encoded !== secret && masked.includes(encoded)) masked = masked.replaceAll(encoded, MASK);
  }
  return masked;
};
