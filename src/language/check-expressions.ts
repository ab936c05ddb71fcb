/** Checks every expression of a template or condition: that it can be read, and that its names mean something. */
import type { Condition, Template } from '../domain/flow.ts';
import { isObject, type Json } from '../domain/json.ts';
import { checkName, type Standing, type Surroundings } from './check-names.ts';
import { compileExpression } from './expression.ts';
import { namesOf } from './names.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { parseTemplate } from './template.ts';

export interface Checking {
  readonly report: Report;
  readonly around: Surroundings;
}

export const checkSource = (
  source: string,
  path: Path,
  standing: Standing,
  { report, around }: Checking,
): void => {
  const compiled = compileExpression(source);
  if (!compiled.ok) {
    const { code, message, position } = compiled;
    report.error({ path, code, message, spot: { source, offset: position } });
    return;
  }
  for (const use of namesOf(compiled.expression)) {
    const message = checkName(use, standing, around);
    if (message === undefined) continue;
    report.error({ path, code: 'unknown_name', message, spot: { source, offset: use.position } });
  }
};

export const checkCondition = (
  condition: Condition | undefined,
  path: Path,
  standing: Standing,
  checking: Checking,
): void => {
  if (condition !== undefined) checkSource(condition, path, standing, checking);
};

const checkText = (text: string, path: Path, standing: Standing, checking: Checking): void => {
  const template = parseTemplate(text);
  if (!template.ok) {
    const { code, message, position } = template;
    checking.report.error({ path, code, message, spot: { source: text.slice(position), offset: 0 } });
    return;
  }
  for (const part of template.parts) {
    if (part.kind === 'expression') checkSource(part.source, path, standing, checking);
  }
};

export const checkTemplate = (value: Template, path: Path, standing: Standing, checking: Checking): void => {
  if (typeof value === 'string') checkText(value, path, standing, checking);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value))
      checkTemplate(member, [...path, key], standing, checking);
  } else if (Array.isArray(value)) {
    // Narrowed from a readonly union, the items would be `any`.
    for (const [index, item] of (value as readonly Json[]).entries())
      checkTemplate(item, [...path, index], standing, checking);
  }
};
