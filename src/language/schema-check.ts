/**
 * Checks a value against a JSON Schema, once compiled to functions, and fits it on the way. One implementation serves
 * the inputs of callers, the values of expressions and the literals in a flow's text; `Origin` says how lenient it is.
 */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { arrayCheck } from './schema-array.ts';
import { choiceCheck } from './schema-choice.ts';
import { objectCheck } from './schema-object.ts';
import { scalarChecks } from './schema-scalar.ts';
import { typeCheck } from './schema-type.ts';
import { report, type Check, type Compiling } from './schema-visit.ts';

const HAS_EXPRESSION = /(^|[^$])\$\{\{/;
export const isTemplateText = (value: Json): value is string =>
  typeof value === 'string' && HAS_EXPRESSION.test(value);

const anything: Check = (value) => value;
const nothing: Check = (value, path, visit) => {
  report(visit, path, 'unknown', 'is not allowed here');
  return value;
};

const resolvePointer = (root: JsonObject, reference: string): Json => {
  let found: Json = root;
  for (const part of reference.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    found = (isObject(found) ? found[name] : undefined) ?? true;
  }
  return found;
};

/** Schemas may refer to themselves, so what a reference leads to is looked up when it is first used. */
const referenceCheck = (reference: string, compiling: Compiling): Check => {
  const { root, references, compile } = compiling;
  return (value, path, visit) => {
    const known = references.get(reference) ?? compile(resolvePointer(root, reference));
    references.set(reference, known);
    return known(value, path, visit);
  };
};

const passTemplates =
  (check: Check): Check =>
  (value, path, visit) =>
    visit.origin === 'literal' && isTemplateText(value) ? value : check(value, path, visit);

const chain = (checks: readonly Check[]): Check => {
  const [only] = checks;
  if (only === undefined) return anything;
  if (checks.length === 1) return only;
  return (value, path, visit) => checks.reduce((current, check) => check(current, path, visit), value);
};

/** A value of the wrong type is told that alone: what else is asked of it would only confuse. */
const typeFirst = (type: Check | undefined, rest: Check): Check => {
  if (type === undefined) return rest;
  return (value, path, visit) => {
    const before = visit.errors.length;
    const typed = type(value, path, visit);
    return visit.errors.length > before ? typed : rest(typed, path, visit);
  };
};

const compileSchema = (schema: Json, compiling: Compiling): Check => {
  if (schema === false) return nothing;
  if (!isObject(schema)) return anything;
  if (typeof schema.$ref === 'string') return passTemplates(referenceCheck(schema.$ref, compiling));
  const parts = [
    ...scalarChecks(schema),
    choiceCheck(schema, compiling),
    arrayCheck(schema, compiling),
    objectCheck(schema, compiling),
  ].filter((check) => check !== undefined);
  const type = typeCheck(schema);
  if (type === undefined && parts.length === 0) return anything;
  return passTemplates(typeFirst(type, chain(parts)));
};

const compileRoot = (schema: JsonObject): Check => {
  const compiling: Compiling = {
    root: schema,
    references: new Map(),
    compile: (inner) => compileSchema(inner, compiling),
  };
  return compiling.compile(schema);
};

const compiled = new WeakMap<JsonObject, Check>();

/** Compiled once for each schema object. */
export const checkOf = (schema: JsonObject): Check => {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const check = compileRoot(schema);
  compiled.set(schema, check);
  return check;
};
