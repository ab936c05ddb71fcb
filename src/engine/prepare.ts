/** Everything about a card step that is known before it is performed: its input, its connection, its secrets. */
import type { Card } from '../domain/card.ts';
import { isPure } from '../domain/card.ts';
import type { Connection } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import type { CardStep } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject, utf8Length } from '../domain/json.ts';
import { resolve } from '../language/resolve.ts';
import { expressionsIn } from '../language/template.ts';
import { fitToCard } from './card-input.ts';
import { mask } from './mask.ts';
import { INPUT_BYTES } from './ports.ts';
import type { Ports } from './ports.ts';
import { scopeOf } from './scope.ts';
import type { Frame, RunState } from './state.ts';

export interface Placed {
  readonly state: RunState;
  readonly frame: Frame;
  readonly step: CardStep;
  readonly path: string;
}

export interface Prepared {
  readonly input: unknown;
  /** the input as the journal keeps it */
  readonly shown: Json;
  readonly connection: Connection | undefined;
  /** what may not be recorded of its answer */
  readonly hidden: readonly string[];
}

/** Resolves and checks the input. Throws `StepError` when it does not fit, `Unavailable` when D1 does not answer. */
export const prepare = async (
  ports: Ports,
  placed: Placed,
  at: { readonly card: Card; readonly now: number },
): Promise<Prepared> => {
  const { state, frame, step } = placed;
  const secrets = await secretsFor(ports, step);
  const { timezone } = state.flow.settings;
  const given = (await resolve(step.with, scopeOf(state, frame, secrets), { now: at.now, timezone })) ?? {};
  const connection = await connectionFor(ports, step, at.card);
  const input = fitToCard(at.card, step.card, given);
  // What only computes hands secret inputs on to later steps: they are masked where people look, by the veil.
  const hidden = [...Object.values(secrets), ...(isPure(at.card) ? [] : secretInputs(state))];
  return { input, shown: cap(mask(given, hidden)), connection, hidden };
};

const secretsFor = async (ports: Ports, step: CardStep): Promise<Readonly<Record<string, string>>> => {
  const names = secretNames(step.with);
  if (names.length === 0) return {};
  const secrets = await ports.secrets(names);
  const missing = names.find((name) => secrets[name] === undefined);
  if (missing === undefined) return secrets;
  const how = `npx sluice secrets set ${missing}`;
  throw new StepError('no_secret', `There is no secret "${missing}"; add it with: ${how}`);
};

const connectionFor = async (ports: Ports, step: CardStep, card: Card): Promise<Connection | undefined> => {
  if (isPure(card) || step.connection === undefined) return undefined;
  const connection = await ports.connection(step.connection);
  if (connection !== undefined) return connection;
  const how = `npx sluice connections add ${step.connection} --kind ${card.connects.kinds[0] ?? 'http'}`;
  throw new StepError('no_connection', `There is no connection "${step.connection}"; add it with: ${how}`);
};

/** A value as the journal keeps it of an input: of a long one size and beginning. */
const cap = (value: Json): Json => {
  const text = JSON.stringify(value);
  const bytes = utf8Length(text);
  return bytes <= INPUT_BYTES ? value : { truncated: true, bytes, beginning: text.slice(0, 1_000) };
};

const names = new WeakMap<JsonObject, readonly string[]>();

/** Names of the secrets that a `with` uses: `secrets.<name>` in its expressions. */
const secretNames = (template: JsonObject): readonly string[] => {
  const known = names.get(template);
  if (known !== undefined) return known;
  const sources = expressionsIn(template).map(({ source }) => source);
  const uses = sources.flatMap((source) => [...source.matchAll(/\bsecrets\.([A-Za-z][A-Za-z0-9_]*)/g)]);
  const found = [...new Set(uses.map((use) => use[1] ?? ''))];
  names.set(template, found);
  return found;
};

/** Texts and numbers in the inputs that the flow declares `secret`, wherever in them. */
export const secretInputs = (state: RunState): readonly string[] =>
  secretsIn(state.created.inputs, state.flow.inputs);

const secretsIn = (values: JsonObject, fields: JsonObject): readonly string[] =>
  Object.entries(fields).flatMap(([name, field]) => {
    const value = values[name];
    if (value === undefined || !isObject(field)) return [];
    if (field.secret === true) return leavesOf(value);
    return isObject(field.properties) && isObject(value) ? secretsIn(value, field.properties) : [];
  });

const leavesOf = (value: Json): readonly string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isObject(value) ? Object.values(value).flatMap(leavesOf) : [];
};
