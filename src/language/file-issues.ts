/** Reads a part of a flow with a zod schema and turns what zod finds into sentences with places. */
import * as z from 'zod';
import { isObject, type Json } from '../domain/json.ts';
import { REFUSED_KEYWORDS } from './file-fields.ts';
import { didYouMean } from '../domain/near-match.ts';
import { pathText, type Path } from './place.ts';
import type { Report } from './report.ts';
import { titleOf } from './schema-type.ts';

type RawIssue = z.core.$ZodRawIssue;

const TYPE_TITLES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const knownKeys = (issue: RawIssue): readonly string[] => {
  const { inst } = issue;
  return inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
};

const unknownKey = (key: string, known: readonly string[]): string => {
  const remedy = known.includes('widget') ? REFUSED_KEYWORDS[key] : undefined;
  if (remedy !== undefined) return `"${key}" is not used in fields: ${remedy}`;
  const others = known.filter((name) => name !== '$schema').join(', ');
  return `"${key}" is not known here${didYouMean(key, known) || `; known are ${others}`}`;
};

const given = (input: unknown): string =>
  // What a flow's document holds is JSON.
  titleOf(input as Json);

const one = (values: readonly unknown[], input: unknown): string => {
  const names = values.map(String);
  const meant = typeof input === 'string' ? didYouMean(input, names) : '';
  return `must be ${names.length === 1 ? '' : 'one of '}${names.join(', ')}${meant}`;
};

const discriminatorOptions = (issue: RawIssue): readonly string[] => {
  const { inst } = issue;
  if (!(inst instanceof z.ZodDiscriminatedUnion)) return [];
  return inst.options.flatMap((option) => {
    const member = option instanceof z.ZodObject ? option.shape[inst.def.discriminator] : undefined;
    const tag = member instanceof z.ZodDefault ? member.unwrap() : member;
    return tag instanceof z.ZodLiteral ? [...tag.values].map(String) : [];
  });
};

const tagIn = ({ inst, input }: RawIssue): unknown =>
  inst instanceof z.ZodDiscriminatedUnion && isObject(input) ? input[inst.def.discriminator] : undefined;

type UnionIssue = RawIssue & { readonly code: 'invalid_union' };

/** What the value is not, when it is of none of the types that it may have. */
const expectedTypes = ({ errors }: UnionIssue): readonly string[] => {
  const expected = errors.flatMap((branch) => {
    const other = branch.find(({ code, path }) => code === 'invalid_type' && path.length === 0);
    return other?.code === 'invalid_type' ? [TYPE_TITLES[other.expected] ?? other.expected] : [];
  });
  return expected.length === errors.length ? [...new Set(expected)] : [];
};

const unionSentence = (issue: UnionIssue): string => {
  const options = discriminatorOptions(issue);
  if (options.length > 0) return one(options, tagIn(issue));
  const types = expectedTypes(issue);
  return types.length === 0
    ? 'is none of what is allowed here'
    : `must be ${types.join(' or ')}, but is ${given(issue.input)}`;
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'must be a time such as 2026-11-23T12:00:00Z',
  date: 'must be a date such as 2026-11-23',
  url: 'must be an address such as https://example.com',
};

const size = (issue: RawIssue & { readonly code: 'too_small' | 'too_big' }): string => {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const bound = issue.code === 'too_small' ? 'at least' : 'at most';
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' items' : '';
  if (bound === 'at least' && unit !== '' && Number(limit) === 1) return 'must not be empty';
  const verb = unit === '' ? 'must be' : 'must have';
  return `${verb} ${bound} ${limit}${unit}`;
};

/** Several keys of one object make one issue: their sentences are lines. */
export const sentence = (issue: RawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${TYPE_TITLES[issue.expected] ?? issue.expected}, but is ${given(issue.input)}`;
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, knownKeys(issue))).join('\n');
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : one(issue.values, issue.input);
    case 'invalid_union':
      return issue.input === undefined ? 'is required' : unionSentence(issue);
    case 'too_small':
    case 'too_big':
      return size(issue);
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message ?? 'is not valid';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a name that is not allowed';
    default:
      return issue.message ?? 'is not valid';
  }
};

/** The innermost name of a path with its places in lists; `whole` where there is none. */
export const subjectOf = (path: Path, whole = 'The flow'): string => {
  const names = path.findLastIndex((member) => typeof member === 'string');
  const subject = pathText(path.slice(Math.max(0, names)));
  return subject === '' ? whole : `"${subject}"`;
};

const CODES: Readonly<Record<string, string>> = {
  invalid_type: 'type',
  invalid_value: 'not_allowed',
  invalid_union: 'not_allowed',
  unrecognized_keys: 'unknown_key',
  invalid_key: 'name',
  invalid_format: 'format',
  too_small: 'too_small',
  too_big: 'too_large',
};

const memberPath = (path: readonly PropertyKey[]): Path =>
  path.map((member) => (typeof member === 'symbol' ? String(member) : member));

/** An issue as one sentence, for a message that tells of several. */
export const messageOf = ({ code, path, message }: z.core.$ZodIssue): string =>
  code === 'unrecognized_keys' ? message.replaceAll('\n', '; ') : `${subjectOf(memberPath(path))} ${message}`;

const reportIssue = (issue: z.core.$ZodIssue, from: Path, report: Report): void => {
  const path = [...from, ...memberPath(issue.path)];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    for (const [index, key] of issue.keys.entries()) {
      const message = messages[index] ?? `"${key}" is not known here`;
      report.error({ path: [...path, key], code: 'unknown_key', message, spot: 'key' });
    }
    return;
  }
  const isMissing = issue.message === 'is required';
  const code = isMissing ? 'required' : (CODES[issue.code] ?? 'invalid');
  const spot = isMissing || issue.code === 'invalid_key' ? 'key' : 'value';
  report.error({ path, code, message: `${subjectOf(path)} ${issue.message}`, spot });
};

/** The part as the schema has it, or undefined once everything that is wrong with it has been reported. */
export const readPart = <S extends z.ZodType>(
  schema: S,
  value: unknown,
  path: Path,
  report: Report,
): z.output<S> | undefined => {
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, path, report);
  return undefined;
};
