/** What does not fit in a request, as items of a problem: each with its place and a sentence. */
import type * as z from 'zod';
import type { ProblemItem } from '../domain/problem.ts';
import { sentence, subjectOf } from '../language/file-issues.ts';
import { pathText, type Path } from '../language/place.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const memberPath = (path: readonly PropertyKey[]): Path =>
  path.map((member) => (typeof member === 'symbol' ? String(member) : member));

/** Issues in one of several shapes that a value may have: those of the shape that was meant, if one was. */
const meantIn = (branches: readonly (readonly Issue[])[]): readonly Issue[] => {
  const isOther = ({ code, path }: Issue): boolean => code === 'invalid_type' && path.length === 0;
  const near = branches.filter((issues) => !issues.some(isOther));
  return near.toSorted((a, b) => a.length - b.length)[0] ?? [];
};

/** Words of ours are the end of a sentence that names its subject; a schema's own are a whole one. */
interface Words {
  readonly whole: string;
  readonly ours: ReadonlySet<string>;
}

const itemsOf = (issue: Issue, above: Path, words: Words): readonly ProblemItem[] => {
  const path = [...above, ...memberPath(issue.path)];
  const { code, message } = issue;
  if (code === 'unrecognized_keys') {
    const messages = message.split('\n');
    return issue.keys.map((key, at) => ({
      path: pathText([...path, key]),
      code: 'unknown',
      message: messages[at] ?? `"${key}" is not known here`,
    }));
  }
  const isOurs = words.ours.has(message);
  const meant = code === 'invalid_union' && isOurs ? meantIn(issue.errors) : [];
  if (meant.length > 0) return meant.flatMap((one) => itemsOf(one, path, words));
  return [
    { path: pathText(path), code, message: isOurs ? `${subjectOf(path, words.whole)} ${message}` : message },
  ];
};

export type Fitted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly ProblemItem[] };

/** @param whole what the value is called when nothing in it can be named: "The query" */
export const fit = <T extends z.ZodType>(schema: T, value: unknown, whole: string): Fitted<z.output<T>> => {
  const ours = new Set<string>();
  const error = (issue: RawIssue): string => {
    const words = sentence(issue);
    ours.add(words);
    return words;
  };
  const parsed = schema.safeParse(value, { error });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: parsed.error.issues.flatMap((issue) => itemsOf(issue, [], { whole, ours })) };
};
