/** Reads one event of a post by the recipe of its sender. What is wrong with it becomes its fault and stops nothing else. */
import type { FoundEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import { eventTime } from './event-time.ts';
import { find, type Finding } from './find.ts';
import type { Places, Recipe } from './kind.ts';
import type { Part } from './split.ts';

/** The type of an event whose own cannot be read. */
export const INVALID = 'invalid';
const LONGEST_TYPE = 255;
const LONGEST_SUBJECT = 1_000;

/** A text that can be stored, compared and shown; numbers become texts. */
const textOf = (value: Json): string | null => {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') return null;
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text) ? text : null;
};

const atMost = (text: string | null, length: number): string | null =>
  text !== null && text.length > length ? null : text;

/** Where recipes look, in words. */
const places = (where: Places): string =>
  [where]
    .flat()
    .map((place) => {
      if (typeof place === 'string') return place;
      if (typeof place === 'function') return 'the place of its kind';
      if ('signed' in place) return `the ${place.signed} that was signed`;
      return 'header' in place ? `header ${place.header}` : `\${{ ${place.expression} }}`;
    })
    .join(', ');

const unreadable = (raw: string, data: Json, fault: string): FoundEvent => ({
  id: null,
  type: INVALID,
  subject: null,
  time: null,
  raw,
  data,
  fault,
});

const readWith = async (part: Part, recipe: Recipe, finding: Finding): Promise<FoundEvent> => {
  const look = (where: Places | undefined): Promise<Json> => find(where, part.value, finding);
  const type = atMost(textOf(await look(recipe.type)), LONGEST_TYPE);
  const fault = type === null ? `It has no type at ${places(recipe.type)}.` : undefined;
  const attributes = recipe.attributes?.(part.value);
  return {
    id: textOf(await look(recipe.id)),
    type: type ?? INVALID,
    subject: atMost(textOf(await look(recipe.subject)), LONGEST_SUBJECT),
    time: eventTime(await look(recipe.time)),
    raw: part.raw,
    actor: textOf(await look(recipe.actor)),
    ...(part.data === undefined ? {} : { data: part.data }),
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(fault === undefined ? {} : { fault }),
  };
};

export const readEvent = async (part: Part, recipe: Recipe, finding: Finding): Promise<FoundEvent> => {
  // A value that is no object is JSON nevertheless, so it may stand as data.
  if (part.fault !== undefined) return unreadable(part.raw, part.value, part.fault);
  try {
    return await readWith(part, recipe, finding);
  } catch (error) {
    // Expressions of the settings throw for events that their author did not think of.
    const reason = error instanceof Error ? error.message : String(error);
    return unreadable(
      part.raw,
      part.data ?? part.value,
      `Its id, type, time or subject cannot be read: ${reason}`,
    );
  }
};
