/** The keywords of JSON Schema for objects; fills in defaults, and `[]` for lists that an expression did not find. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { didYouMean } from '../domain/near-match.ts';
import { memberPath, report, type Check, type Compiling, type Visit } from './schema-visit.ts';
import { typesOf } from './schema-type.ts';

interface Member {
  readonly name: string;
  readonly check: Check;
  readonly isRequired: boolean;
  readonly fallback: Json | undefined;
  readonly isList: boolean;
  /** What an empty text of a form says about a field that is no plain text: it was left empty. */
  readonly isPlainText: boolean;
}

const memberOf = (name: string, schema: Json, isRequired: boolean, compiling: Compiling): Member => {
  const parts = isObject(schema) ? schema : {};
  const types = typesOf(parts);
  const isRestricted = ['format', 'enum', 'const', 'pattern', 'minLength'].some(
    (key) => parts[key] !== undefined,
  );
  return {
    name,
    check: compiling.compile(schema),
    isRequired,
    fallback: parts.default,
    isList: types?.length === 1 && types[0] === 'array',
    isPlainText: (types?.includes('string') ?? true) && !isRestricted,
  };
};

/** Whether a value stands for nothing: left out, or an empty field of a form. */
const isAbsent = (value: Json | undefined, member: Member, visit: Visit): value is undefined =>
  value === undefined || (visit.origin === 'text' && value === '' && !member.isPlainText);

const memberValue = (
  member: Member,
  given: Json | undefined,
  path: string,
  visit: Visit,
): Json | undefined => {
  if (!isAbsent(given, member, visit)) return member.check(given, path, visit);
  if (member.fallback !== undefined) return member.fallback;
  if (!member.isRequired) return undefined;
  if (visit.origin === 'fit' && member.isList) return member.check([], path, visit);
  report(visit, path, 'required', 'is required');
  return undefined;
};

interface Rest {
  readonly check: Check | undefined;
  readonly isClosed: boolean;
  readonly names: readonly string[];
}

const restValue = (name: string, value: Json, where: { path: string; visit: Visit }, rest: Rest): Json => {
  const path = memberPath(where.path, name);
  if (rest.isClosed) {
    const known = rest.names.length === 0 ? 'nothing is expected here' : `known are ${rest.names.join(', ')}`;
    const meant = didYouMean(name, rest.names) || `; ${known}`;
    report(where.visit, path, 'unknown', `is not known${meant}`);
  }
  return rest.check === undefined ? value : rest.check(value, path, where.visit);
};

export const objectCheck = (schema: JsonObject, compiling: Compiling): Check | undefined => {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const { additionalProperties: additional } = schema;
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  if (schema.properties === undefined && additional === undefined && required.length === 0) return undefined;
  const names = [...new Set([...Object.keys(properties), ...required])];
  const members = names.map((name) =>
    memberOf(name, properties[name] ?? true, required.includes(name), compiling),
  );
  const declared = new Set(names);
  const rest: Rest = {
    names,
    isClosed: additional === false,
    check: isObject(additional) ? compiling.compile(additional) : undefined,
  };
  return (value, path, visit) => {
    if (!isObject(value)) return value;
    const result: Record<string, Json> = {};
    for (const member of members) {
      const given = Object.hasOwn(value, member.name) ? value[member.name] : undefined;
      const checked = memberValue(member, given, memberPath(path, member.name), visit);
      if (checked !== undefined) result[member.name] = checked;
    }
    for (const name of Object.keys(value)) {
      if (declared.has(name)) continue;
      // A plain assignment of this name would set the prototype.
      if (name === '__proto__') report(visit, memberPath(path, name), 'unknown', 'is not allowed as a name');
      else result[name] = restValue(name, value[name] ?? null, { path, visit }, rest);
    }
    return result;
  };
};
