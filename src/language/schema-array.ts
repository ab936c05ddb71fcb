/** The keywords of JSON Schema for lists. */
import { canonical, type Json, type JsonObject } from '../domain/json.ts';
import { report, type Check, type Compiling, type Visit } from './schema-visit.ts';

type Checked = readonly Json[];

const things = (count: number): string => (count === 1 ? '1 item' : `${count} items`);

const checkCount = (schema: JsonObject, list: Checked, path: string, visit: Visit): void => {
  const { minItems, maxItems } = schema;
  if (typeof minItems === 'number' && list.length < minItems)
    report(visit, path, 'too_few', `must have at least ${things(minItems)}, but has ${list.length}`);
  if (typeof maxItems === 'number' && list.length > maxItems)
    report(visit, path, 'too_many', `must have at most ${things(maxItems)}, but has ${list.length}`);
};

const checkUnique = (list: Checked, path: string, visit: Visit): void => {
  const places = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const text = canonical(item);
    const first = places.get(text);
    if (first === undefined) places.set(text, index);
    else
      report(
        visit,
        `${path}[${index}]`,
        'duplicate',
        `is the same as item ${first}; each may stand here once`,
      );
  }
};

/** `items` and `prefixItems`. */
const itemChecks = (schema: JsonObject, compiling: Compiling): ((index: number) => Check) | undefined => {
  const { items, prefixItems } = schema;
  if (items === undefined && prefixItems === undefined) return undefined;
  const first = Array.isArray(prefixItems) ? prefixItems.map(compiling.compile) : [];
  const rest = compiling.compile(items ?? true);
  return (index) => first[index] ?? rest;
};

export const arrayCheck = (schema: JsonObject, compiling: Compiling): Check | undefined => {
  const keywords = ['minItems', 'maxItems', 'uniqueItems', 'items', 'prefixItems'];
  if (!keywords.some((keyword) => schema[keyword] !== undefined)) return undefined;
  const checkFor = itemChecks(schema, compiling);
  return (value, path, visit) => {
    if (!Array.isArray(value)) return value;
    // Narrowed from a readonly union, the items would be `any`.
    const given = value as Checked;
    checkCount(schema, given, path, visit);
    const list =
      checkFor === undefined
        ? given
        : given.map((item, index) => checkFor(index)(item, `${path}[${index}]`, visit));
    if (schema.uniqueItems === true) checkUnique(list, path, visit);
    return list;
  };
};
