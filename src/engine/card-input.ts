/** A resolved `with` as its card takes it: values fitted to the declared types, then parsed by the card's schema. */
import * as z from 'zod';
import type { Card } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { fitToSchema } from '../language/fields.ts';

const schemas = new WeakMap<Card, JsonObject>();

const schemaOf = (card: Card): JsonObject => {
  const known = schemas.get(card);
  if (known !== undefined) return known;
  // A JSON Schema is JSON.
  const schema = z.toJSONSchema(card.input, { io: 'input', unrepresentable: 'any' }) as JsonObject;
  schemas.set(card, schema);
  return schema;
};

/** Throws `StepError` `invalid_input` that names every field which does not fit. */
export const fitToCard = (card: Card, id: string, given: Json): unknown => {
  // Most values fit as they are: what the schema takes needs no fitting.
  const asGiven = card.input.safeParse(given);
  if (asGiven.success) return asGiven.data;
  const parsed = card.input.safeParse(fitToSchema(given, schemaOf(card)));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new StepError('invalid_input', `${id} cannot take its input: ${faults.join('; ')}`, { retry: 'no' });
};
