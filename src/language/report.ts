/** Collects what is wrong with a flow, so that its author learns everything at once, each problem with its place. */
import type { Problem } from '../domain/flow.ts';
import type { SourceDocument } from './document.ts';
import { pathText, type Path, type Spot } from './place.ts';

export interface Finding {
  readonly path: Path;
  readonly code: string;
  readonly message: string;
  readonly spot?: Spot;
}

export interface Report {
  readonly error: (finding: Finding) => void;
  readonly warn: (finding: Finding) => void;
  /** In the order of the text, errors and warnings together. */
  readonly problems: () => readonly Problem[];
}

const MOST_PROBLEMS = 200;

const inOrder = (left: Problem, right: Problem): number =>
  (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0);

export const newReport = (document: SourceDocument): Report => {
  const found: Problem[] = [];
  const seen = new Set<string>();
  const add = (severity: Problem['severity'], { path, code, message, spot = 'value' }: Finding): void => {
    const problem = { severity, path: pathText(path), code, message, ...document.locate(path, spot) };
    const key = `${problem.path}\n${problem.column}\n${message}`;
    if (seen.has(key)) return;
    seen.add(key);
    found.push(problem);
  };
  return {
    error: (finding) => add('error', finding),
    warn: (finding) => add('warning', finding),
    problems: () => found.toSorted(inOrder).slice(0, MOST_PROBLEMS),
  };
};
