/** What `return` gives back against the declared outputs, as far as it is written out. */
import type { Fields, Template } from '../domain/flow.ts';
import { isObject } from '../domain/json.ts';
import type { ProblemItem } from '../domain/problem.ts';
import { fieldsToJsonSchema } from './fields.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { checkOf, isTemplateText } from './schema-check.ts';

export const checkReturn = (
  value: Template,
  path: Path,
  outputs: Fields | undefined,
  report: Report,
): void => {
  if (outputs === undefined || isTemplateText(value)) return;
  if (!isObject(value)) {
    const message = '"return" must be an object of the declared outputs, or an expression that gives one';
    report.error({ path, code: 'type', message });
    return;
  }
  const errors: ProblemItem[] = [];
  checkOf(fieldsToJsonSchema(outputs))(value, '', { origin: 'literal', errors });
  for (const item of errors) {
    const name = item.path.split(/[.[]/)[0] ?? '';
    const spot = item.code === 'unknown' || item.code === 'required' ? 'key' : 'value';
    const message = `The output "${item.path}" ${item.message}`;
    report.error({ path: [...path, name], code: `output_${item.code}`, message, spot });
  }
};
