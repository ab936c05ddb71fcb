/** `anyOf`, `oneOf` and `allOf`: the value goes to the first alternative that takes it as it is, else as it can be fitted. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ProblemItem } from '../domain/problem.ts';
import type { Check, Compiling } from './schema-visit.ts';
import { hasType, typesOf } from './schema-type.ts';

interface Alternative {
  readonly check: Check;
  readonly admits: (value: Json) => boolean;
}

/** Whether an alternative's type is the value's, before anything is turned into anything. */
const admitsOf = (schema: Json): ((value: Json) => boolean) => {
  if (!isObject(schema)) return () => true;
  const types = typesOf(schema);
  const members = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  const tags = members.filter(([, member]) => isObject(member) && member.const !== undefined);
  return (value) => {
    if (types !== undefined && !types.some((type) => hasType(value, type))) return false;
    if (schema.const !== undefined && schema.const !== value) return false;
    return tags.every(
      ([name, member]) => !isObject(value) || !isObject(member) || value[name] === member.const,
    );
  };
};

const anyOf = (alternatives: readonly Alternative[]): Check => {
  return (value, path, visit) => {
    const order = [
      ...alternatives.filter(({ admits }) => admits(value)),
      ...alternatives.filter(({ admits }) => !admits(value)),
    ];
    // The complaint of the likeliest alternative says most.
    let complaint: readonly ProblemItem[] | undefined;
    for (const { check } of order) {
      const errors: ProblemItem[] = [];
      const taken = check(value, path, { origin: visit.origin, errors });
      if (errors.length === 0) return taken;
      complaint ??= errors;
    }
    visit.errors.push(...(complaint ?? []));
    return value;
  };
};

export const choiceCheck = (schema: JsonObject, compiling: Compiling): Check | undefined => {
  const choice = Array.isArray(schema.anyOf)
    ? schema.anyOf
    : Array.isArray(schema.oneOf)
      ? schema.oneOf
      : undefined;
  const all = Array.isArray(schema.allOf) ? schema.allOf.map(compiling.compile) : [];
  if (choice === undefined && all.length === 0) return undefined;
  const alternatives = choice?.map((one: Json) => ({ check: compiling.compile(one), admits: admitsOf(one) }));
  const checks = alternatives === undefined ? all : [...all, anyOf(alternatives)];
  return (value, path, visit) => checks.reduce((current, check) => check(current, path, visit), value);
};
