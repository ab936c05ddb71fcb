/** What a form asks for: the declared inputs of a flow as a tree of questions, each with the control that suits it. */
import type { Field, Fields } from '../../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

export interface Choice {
  /** as the form sends it */
  readonly value: string;
  readonly label: string;
}

export type Control =
  | { readonly kind: 'text'; readonly type: 'text' | 'email' | 'url' | 'date' | 'time' | 'password' }
  | { readonly kind: 'number'; readonly isWhole: boolean }
  | { readonly kind: 'area' }
  /** a date, a time and a zone */
  | { readonly kind: 'moment' }
  | { readonly kind: 'check' }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly isList: boolean }
  | { readonly kind: 'choices'; readonly choices: readonly Choice[] }
  /** a list, an item a line */
  | { readonly kind: 'lines' }
  | { readonly kind: 'group'; readonly parts: readonly Input[] }
  /** what has no control of its own is written as JSON */
  | { readonly kind: 'json' };

export interface Input {
  /** its name in the form: `name`, `address.city` */
  readonly path: string;
  /** its name in what it is a part of */
  readonly name: string;
  readonly field: JsonObject;
  readonly title: string;
  readonly isRequired: boolean;
  /** it is required, and so is all that it is a part of: a group that may be left out may be left empty */
  readonly mustFill: boolean;
  readonly isNullable: boolean;
  readonly isSecret: boolean;
  readonly control: Control;
}

/** What a question is a part of. */
interface Around {
  readonly prefix: string;
  readonly mustFill: boolean;
}

/** A few choices are shown all at once, more of them in a list that opens. */
const SHOWN_CHOICES = 5;

const TEXT_TYPES = { email: 'email', uri: 'url', date: 'date', time: 'time' } as const;

const isTextType = (format: Json | undefined): format is keyof typeof TEXT_TYPES =>
  typeof format === 'string' && Object.hasOwn(TEXT_TYPES, format);

const typesOf = ({ type }: JsonObject): readonly string[] =>
  (Array.isArray(type) ? type : [type]).filter((one) => typeof one === 'string');

const choiceOf = (value: Json): Choice => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const label = value === true ? 'Yes' : value === false ? 'No' : text;
  return { value: text, label };
};

const choicesOf = (field: JsonObject): readonly Choice[] | undefined => {
  const values: Json | undefined = field.const === undefined ? field.enum : [field.const];
  if (!Array.isArray(values)) return undefined;
  // Narrowed from a readonly union, the items would be `any`.
  const choices = (values as readonly Json[]).filter((value) => value !== null);
  const isPlain = choices.every((value) => typeof value !== 'object');
  return choices.length > 0 && isPlain ? choices.map(choiceOf) : undefined;
};

const oneOf = (choices: readonly Choice[], widget: Json | undefined): Control => {
  const isList = widget === 'select' || (widget !== 'radio' && choices.length > SHOWN_CHOICES);
  return { kind: 'choice', choices, isList };
};

const textControl = (field: JsonObject): Control => {
  if (field.widget === 'textarea') return { kind: 'area' };
  if (field.secret === true) return { kind: 'text', type: 'password' };
  if (field.format === 'date-time') return { kind: 'moment' };
  return { kind: 'text', type: isTextType(field.format) ? TEXT_TYPES[field.format] : 'text' };
};

const listControl = ({ items }: JsonObject): Control => {
  const item = isObject(items) ? items : {};
  const choices = choicesOf(item);
  if (choices !== undefined) return { kind: 'choices', choices };
  const [type = 'string', ...others] = typesOf(item);
  const isPlain = others.length === 0 && ['string', 'number', 'integer'].includes(type);
  return { kind: isPlain ? 'lines' : 'json' };
};

/** Yes or no; where no answer is one as well, a choice of both. */
const booleanControl = (field: JsonObject, isRequired: boolean): Control =>
  isRequired || field.default !== undefined
    ? { kind: 'check' }
    : oneOf([true, false].map(choiceOf), field.widget);

const groupControl = ({ properties }: JsonObject, around: Around): Control =>
  isObject(properties) && Object.keys(properties).length > 0
    ? { kind: 'group', parts: inputsIn(properties, around) }
    : { kind: 'json' };

const controlOf = (field: JsonObject, inner: Around, isRequired: boolean): Control => {
  const types = typesOf(field).filter((type) => type !== 'null');
  const [type] = types;
  if (types.length > 1 && !types.every((one) => one === 'number' || one === 'integer')) {
    return types.some((one) => one === 'object' || one === 'array') ? { kind: 'json' } : textControl(field);
  }
  if (type === 'boolean') return booleanControl(field, isRequired);
  if (type === 'array') return listControl(field);
  if (type === 'object') return groupControl(field, inner);
  const choices = choicesOf(field);
  if (choices !== undefined) return oneOf(choices, field.widget);
  if (type === 'integer' || type === 'number') return { kind: 'number', isWhole: !types.includes('number') };
  return type === 'string' ? textControl(field) : { kind: 'json' };
};

/** `startDate` → Start date, for fields that have no title. */
const titleFrom = (name: string): string => {
  const words = name
    .replaceAll('_', ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
};

const inputOf = (name: string, field: JsonObject, around: Around): Input => {
  const path = around.prefix + name;
  const isRequired = field.optional !== true && field.default === undefined;
  const mustFill = isRequired && around.mustFill;
  return {
    path,
    name,
    field,
    title: typeof field.title === 'string' && field.title !== '' ? field.title : titleFrom(name),
    isRequired,
    mustFill,
    isNullable: typesOf(field).includes('null'),
    isSecret: field.secret === true,
    control: controlOf(field, { prefix: `${path}.`, mustFill }, isRequired),
  };
};

/** The questions of a part of a form; a form's own are `inputsOf`. */
export const inputsIn = (
  fields: JsonObject,
  around: Around = { prefix: '', mustFill: true },
): readonly Input[] =>
  Object.entries(fields).map(([name, field]) => inputOf(name, isObject(field) ? field : {}, around));

const known = new WeakMap<Fields, readonly Input[]>();

/** The questions of a form, in the order of the fields. Made once for the same fields. */
export const inputsOf = (fields: Readonly<Record<string, Field>>): readonly Input[] => {
  const inputs = known.get(fields) ?? inputsIn(fields);
  known.set(fields, inputs);
  return inputs;
};
