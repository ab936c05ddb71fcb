/** What a browser enforces by itself of what a field asks for. The server checks all of it again. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Input } from './inputs.ts';

export type Limits = Readonly<Record<string, string | number | boolean | undefined>>;

const numberOr = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/**
 * Patterns of flows are found anywhere, those of browsers have to fit the whole. What is RE2's alone is no pattern to a
 * browser, which then ignores it.
 */
const patternOf = ({ pattern }: JsonObject): string | undefined =>
  typeof pattern === 'string' ? `[\\s\\S]*(?:${pattern})[\\s\\S]*` : undefined;

const textLimits = (field: JsonObject): Limits => ({
  minlength: numberOr(field.minLength),
  maxlength: numberOr(field.maxLength),
});

const numberLimits = (field: JsonObject, isWhole: boolean): Limits => ({
  min: numberOr(field.minimum) ?? numberOr(field.exclusiveMinimum),
  max: numberOr(field.maximum) ?? numberOr(field.exclusiveMaximum),
  // A browser counts steps from the minimum, a flow from 0: only where both agree may it refuse.
  step:
    field.minimum === undefined ? (numberOr(field.multipleOf) ?? (isWhole ? 1 : 'any')) : isWhole ? 1 : 'any',
});

export const limitsOf = ({ control, field }: Input): Limits => {
  if (control.kind === 'number') return numberLimits(field, control.isWhole);
  if (control.kind === 'area') return textLimits(field);
  if (control.kind !== 'text') return {};
  return control.type === 'date' || control.type === 'time'
    ? {}
    : { ...textLimits(field), pattern: patternOf(field) };
};
