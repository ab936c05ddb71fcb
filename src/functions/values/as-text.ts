/** Values inside a text, by the rule of templates: null becomes empty, lists and objects JSON. */
import type { Json } from '../../domain/json.ts';

export const asText = (value: Json): string => {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
