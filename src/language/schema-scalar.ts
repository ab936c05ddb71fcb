/** The keywords of JSON Schema for text and numbers. Patterns run in linear time, whatever they are. */
import { RE2JS } from 're2js';
import type { Json, JsonObject } from '../domain/json.ts';
import { FORMATS, isFormat } from './formats.ts';
import { report, type Check } from './schema-visit.ts';
import { oneOfCheck } from './schema-type.ts';

type Rule = readonly [code: string, message: string, holds: (value: Json) => boolean];

const characters = (count: number): string => (count === 1 ? '1 character' : `${count} characters`);

/** Characters as people count them, not units of UTF-16. */
const lengthOf = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

const onText = (code: string, message: string, holds: (text: string) => boolean): Rule => [
  code,
  message,
  (value) => typeof value !== 'string' || holds(value),
];

const onNumber = (code: string, message: string, holds: (value: number) => boolean): Rule => [
  code,
  message,
  (value) => typeof value !== 'number' || holds(value),
];

/** 0.3 is a multiple of 0.1, although the computer's fractions are not. */
const isMultiple = (value: number, of: number): boolean => {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) <= 1e-9 * Math.max(1, Math.abs(quotient));
};

type NumberRule = (limit: number) => Rule;

const NUMBER_KEYWORDS: Readonly<Record<string, NumberRule>> = {
  minLength: (limit) =>
    onText('too_short', `must have at least ${characters(limit)}`, (text) => lengthOf(text) >= limit),
  maxLength: (limit) =>
    onText('too_long', `must have at most ${characters(limit)}`, (text) => lengthOf(text) <= limit),
  minimum: (limit) => onNumber('too_small', `must be at least ${limit}`, (value) => value >= limit),
  maximum: (limit) => onNumber('too_large', `must be at most ${limit}`, (value) => value <= limit),
  exclusiveMinimum: (limit) =>
    onNumber('too_small', `must be greater than ${limit}`, (value) => value > limit),
  exclusiveMaximum: (limit) => onNumber('too_large', `must be less than ${limit}`, (value) => value < limit),
  multipleOf: (limit) =>
    onNumber('not_multiple', `must be a multiple of ${limit}`, (value) => isMultiple(value, limit)),
};

/** The pattern ready to use, or what is wrong with it. */
export const compilePattern = (pattern: string): RE2JS | { readonly fault: string } => {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'cannot be read' };
  }
};

const patternRule = (pattern: string): Rule | undefined => {
  const compiled = compilePattern(pattern);
  // Flows with such patterns are refused when they are saved; cards' own may use what a linear engine lacks.
  if ('fault' in compiled) return undefined;
  return onText('pattern', `must match the pattern ${pattern}`, (text) => compiled.matcher(text).find());
};

const formatRule = (format: string): Rule | undefined => {
  if (!isFormat(format)) return undefined;
  const { title, test } = FORMATS[format];
  return onText('format', `must be ${title}`, test);
};

const toCheck =
  ([code, message, holds]: Rule): Check =>
  (value, path, visit) => {
    if (!holds(value)) report(visit, path, code, message);
    return value;
  };

export const scalarChecks = (schema: JsonObject): readonly Check[] => {
  const rules = Object.entries(NUMBER_KEYWORDS).map(([keyword, rule]) => {
    const limit = schema[keyword];
    return typeof limit === 'number' ? rule(limit) : undefined;
  });
  if (typeof schema.pattern === 'string') rules.push(patternRule(schema.pattern));
  if (typeof schema.format === 'string') rules.push(formatRule(schema.format));
  const checks = rules.filter((rule) => rule !== undefined).map(toCheck);
  if (Array.isArray(schema.enum)) checks.push(oneOfCheck(schema.enum));
  if (schema.const !== undefined) checks.push(oneOfCheck([schema.const]));
  return checks;
};
