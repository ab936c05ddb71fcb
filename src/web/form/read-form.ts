/** Makes the inputs of a flow out of a form that was sent. Only controls of the form are read; others are named. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ProblemItem } from '../../domain/problem.ts';
import { StepError } from '../../domain/errors.ts';
import { fromWall, zoneOffset } from '../../domain/time-zone.ts';
import type { Input } from './inputs.ts';
import { isOwnControl } from './own-controls.ts';
import { textAt, zoneName, type Texts } from './texts.ts';

export interface ReadForm {
  /** texts still, where numbers are asked for: `checkFields` turns them into what is declared */
  readonly given: JsonObject;
  /** what cannot be read at all; what does not fit is found by `checkFields` */
  readonly errors: readonly ProblemItem[];
  /** names that the form does not have */
  readonly unknown: readonly string[];
}

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/;
const two = (number: number): string => String(Math.trunc(number)).padStart(2, '0');

const offsetText = (offsetMs: number): string => {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
};

/** What the wall of a zone shows, as RFC 3339; undefined when there is no such zone or time. */
const inZone = (wall: string, zone: string): string | undefined => {
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) return undefined;
  try {
    const at = fromWall(shown, zone);
    const offset = zoneOffset(at, zone);
    return new Date(at + offset).toISOString().slice(0, 19) + offsetText(offset);
  } catch (error) {
    if (error instanceof StepError) return undefined;
    throw error;
  }
};

const readMoment = ({ path }: Input, texts: Texts, errors: ProblemItem[]): string => {
  const wall = textAt(texts, path).trim();
  if (!WALL.test(wall)) return wall;
  const zone = textAt(texts, zoneName(path)).trim();
  const moment = inZone(wall, zone === '' ? 'UTC' : zone);
  if (moment !== undefined) return moment;
  const message = `"${path}" has an unknown time zone: write one like Europe/Berlin, or UTC`;
  errors.push({ path, code: 'zone', message });
  return '';
};

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Undefined: nothing was filled in. */
const valueOf = (input: Input, texts: Texts, errors: ProblemItem[]): Json | undefined => {
  const { control, path } = input;
  // Browsers end the lines of a text with two characters.
  const text = textAt(texts, path).replaceAll('\r\n', '\n');
  switch (control.kind) {
    case 'check':
      return texts.has(path) ? 'true' : 'false';
    case 'choices':
      return texts.get(path) ?? [];
    case 'lines':
      return linesOf(text);
    case 'group':
      return readGroup(control.parts, texts, errors);
    case 'moment':
      return readMoment(input, texts, errors);
    case 'area':
      return text;
    case 'text':
      // A blank at the end of a password may be meant.
      return control.type === 'password' ? text : text.trim();
    default:
      return text.trim();
  }
};

const isEmpty = (value: Json | undefined, input: Input, texts: Texts): boolean => {
  if (input.control.kind === 'group') {
    return input.control.parts.every((part) => isEmpty(valueOf(part, texts, []), part, texts));
  }
  if (input.control.kind === 'check') return value === 'false';
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
};

const readGroup = (inputs: readonly Input[], texts: Texts, errors: ProblemItem[]): JsonObject => {
  const given: [string, Json][] = [];
  for (const input of inputs) {
    const value = valueOf(input, texts, errors);
    const { kind } = input.control;
    if (value === undefined || (isEmpty(value, input, texts) && kind !== 'check')) {
      // Where something is required, an empty list and an empty group are values that may be wrong.
      if (input.isRequired && input.isNullable) given.push([input.name, null]);
      else if (input.isRequired && (kind === 'group' || kind === 'lines' || kind === 'choices')) {
        given.push([input.name, value ?? null]);
      }
    } else given.push([input.name, value]);
  }
  return Object.fromEntries(given);
};

const namesIn = (inputs: readonly Input[]): readonly string[] =>
  inputs.flatMap(({ control, path }) => {
    if (control.kind === 'group') return namesIn(control.parts);
    return control.kind === 'moment' ? [path, zoneName(path)] : [path];
  });

export const readForm = (inputs: readonly Input[], texts: Texts): ReadForm => {
  const errors: ProblemItem[] = [];
  const given = readGroup(inputs, texts, errors);
  const names = new Set(namesIn(inputs));
  const unknown = [...texts.keys()].filter((name) => !isOwnControl(name) && !names.has(name));
  return { given, errors, unknown };
};
