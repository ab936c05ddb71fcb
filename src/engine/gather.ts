/** Events that come while their key settles: a run begins with all of them. */
import type { JsonObject } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';

type Created = Extract<Entry, { type: 'created' }>;

const textOf = ({ time }: JsonObject): string => (typeof time === 'string' ? time : '');

/** By time, and of one time as they came; the same event once. Times are ISO texts, which sort. */
export const gather = (created: Created, event: JsonObject): Created => {
  const known = created.events ?? (created.event === undefined ? [] : [created.event]);
  if (known.some(({ id }) => id === event.id)) return created;
  const events = [...known, event].toSorted((one, other) => {
    if (textOf(one) === textOf(other)) return 0;
    return textOf(one) < textOf(other) ? -1 : 1;
  });
  return { ...created, event: events.at(-1) ?? event, events };
};
