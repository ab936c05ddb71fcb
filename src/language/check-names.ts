/** Checks the names that an expression uses against what can be seen where it stands. */
import type { Trigger } from '../domain/flow.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { didYouMean } from '../domain/near-match.ts';
import type { Use } from './names.ts';
import { isSet, namesSet, type Scope } from './scope.ts';
import { missingIn, type Missing } from './step-value.ts';

/** What the whole flow has to do with a name. */
export interface Surroundings {
  /** The declared inputs as a JSON Schema. */
  readonly inputs: JsonObject;
  /** Undefined when the trigger could not be read: then every name it may bring is there. */
  readonly trigger: Trigger['kind'] | undefined;
  /** Where every id of the flow stands, for those who look for it in vain. */
  readonly lineOf: (id: string) => number | undefined;
  /** Every name that any step sets. */
  readonly allVars: ReadonlySet<string>;
  /** Steps that could not be read may set variables that nobody knows. */
  readonly isBroken: boolean;
}

export interface Standing {
  readonly scope: Scope;
  readonly secrets: boolean;
  /** Id of the step it stands in. */
  readonly self?: string;
}

/** A sentence, or undefined when all is well. */
type NameCheck = (use: Use, standing: Standing, around: Surroundings) => string | undefined;

const members = (names: readonly string[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, {}])),
  additionalProperties: false,
});

const missingSentence = (use: Use, { depth, known }: Missing): string => {
  const holder = [use.name, ...use.path.slice(0, depth)].join('.');
  const member = use.path[depth] ?? '';
  if (known.length === 0) return `"${holder}" has no members, so "${holder}.${member}" never gives anything`;
  const meant = didYouMean(member, known) || `; it has ${known.slice(0, 20).join(', ')}`;
  return `"${holder}" has no "${member}"${meant}`;
};

const within = (use: Use, schema: JsonObject, from = 0): string | undefined => {
  const missing = missingIn(schema, use.path.slice(from));
  return missing === undefined
    ? undefined
    : missingSentence(use, { ...missing, depth: missing.depth + from });
};

const inputNames = ({ properties }: JsonObject): readonly string[] =>
  isObject(properties) ? Object.keys(properties) : [];

const inputs: NameCheck = (use, _, { inputs: declared }) => {
  const [name] = use.path;
  const known = inputNames(declared);
  if (name !== undefined && !known.includes(name)) {
    const meant = didYouMean(name, known) || (known.length === 0 ? '' : `; declared are ${known.join(', ')}`);
    return `"inputs.${name}" is not declared under inputs${meant}`;
  }
  return within(use, declared);
};

const unseen = (id: string, { scope, self }: Standing, around: Surroundings): string => {
  const line = around.lineOf(id);
  const place = line === undefined ? '' : ` (line ${line})`;
  if (id === self) return `Step "${id}" cannot read its own value: it has none yet`;
  if (line === undefined) return `There is no step "${id}"${didYouMean(id, scope.steps.keys())}`;
  return (
    `Step "${id}"${place} cannot be read here: a step sees the steps before it in its own and the surrounding ` +
    'blocks, and of a finished block only the value'
  );
};

const steps: NameCheck = (use, standing, around) => {
  const [id] = use.path;
  if (id === undefined) return undefined;
  const schema = standing.scope.steps.get(id);
  return schema === undefined ? unseen(id, standing, around) : within(use, schema, 1);
};

const errors: NameCheck = (use, standing, around) => {
  const [id] = use.path;
  if (id === undefined || standing.scope.errors.has(id)) return undefined;
  if (!standing.scope.steps.has(id)) return unseen(id, standing, around);
  return `Step "${id}" leaves no error behind: only cards and calls with onError: continue do`;
};

const vars: NameCheck = (use, { scope }, { allVars, isBroken }) => {
  const [name] = use.path;
  if (name === undefined || isBroken || isSet(scope.vars, name)) return undefined;
  if (allVars.has(name))
    return `"vars.${name}" is not set by any step before this one, or only inside a loop or branch`;
  return `"vars.${name}" is never set${didYouMean(name, namesSet(scope.vars))}`;
};

const items: NameCheck = (use, { scope }) => {
  const [id] = use.path;
  if (scope.loops.length === 0) return '"items" is there inside a forEach that has an id';
  if (id === undefined || scope.loops.includes(id)) return undefined;
  return `No loop around this step is called "${id}"${didYouMean(id, scope.loops)}`;
};

const ERROR = members(['code', 'message', 'step', 'status', 'body', 'data', 'run']);
const RUN = members(['id', 'flow', 'version', 'startedAt', 'attempt', 'url']);
/** `name` and `subject` are those of a person who signed in. */
const CALLER = members(['kind', 'id', 'name', 'subject']);
const REQUEST = members(['method', 'headers', 'query', 'body', 'rawBody']);
const FORM: JsonObject = {
  type: 'object',
  properties: { person: members(['subject', 'name', 'email', 'groups', 'via']), ip: {}, userAgent: {} },
  additionalProperties: false,
};
const SCHEDULE = members(['at', 'actual']);

/** Names that only some kinds of triggers bring, and what they are there. */
const from =
  (schemas: Partial<Record<Trigger['kind'], JsonObject>>): NameCheck =>
  (use, _, { trigger }) => {
    if (trigger === undefined) return undefined;
    const schema = schemas[trigger];
    if (schema !== undefined) return within(use, schema);
    const kinds = Object.keys(schemas).join(' or ');
    return `"${use.name}" is there in flows with a trigger of kind ${kinds} only`;
  };

const when =
  (isThere: (standing: Standing) => boolean, where: string, schema: JsonObject = {}): NameCheck =>
  (use, standing) =>
    isThere(standing) ? within(use, schema) : `"${use.name}" is there ${where} only`;

export const NAMES = {
  inputs,
  steps,
  errors,
  vars,
  items,
  event: from({ event: {} }),
  events: from({ event: {} }),
  request: from({ api: REQUEST, delegated: FORM }),
  schedule: from({ schedule: SCHEDULE }),
  caller: (use) => within(use, CALLER),
  run: (use) => within(use, RUN),
  item: when(({ scope }) => scope.hasItem, 'inside a forEach'),
  index: when(({ scope }) => scope.hasIndex, 'inside a loop'),
  error: when(({ scope }) => scope.inCatch, 'in catch', ERROR),
  secrets: when(({ secrets }) => secrets, 'in the "with" of a card'),
  links: () => '"links" is not available in this version, as waiting for answers is not',
} as const satisfies Record<string, NameCheck>;

const isName = (name: string): name is keyof typeof NAMES => Object.hasOwn(NAMES, name);

/** Names that people write without the word they stand under. */
const withoutPrefix = (name: string, { scope }: Standing, around: Surroundings): string => {
  if (inputNames(around.inputs).includes(name)) return `; write inputs.${name}`;
  if (scope.steps.has(name)) return `; write steps.${name}`;
  if (isSet(scope.vars, name)) return `; write vars.${name}`;
  return didYouMean(name, Object.keys(NAMES)) || '; text stands in single quotes';
};

export const checkName: NameCheck = (use, standing, around) =>
  isName(use.name)
    ? NAMES[use.name](use, standing, around)
    : `"${use.name}" is no name of the language${withoutPrefix(use.name, standing, around)}`;
