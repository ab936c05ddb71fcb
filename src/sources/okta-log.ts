/** A page of Okta's System Log: a list of the events that hooks post too, without the envelope of a hook. */
import type { FoundEvent } from '../domain/event.ts';
import { StepError } from '../domain/errors.ts';
import { empty } from './answer.ts';
import type { Recipe } from './kind.ts';
import { SYSTEM_LOG_EVENT } from './okta.ts';
import { readEvent } from './read-event.ts';
import { split } from './split.ts';

const RECIPE: Recipe = { proofs: [], shape: { as: 'list' }, ...SYSTEM_LOG_EVENT, accepted: empty(200) };

/** Places of Okta's events are paths: nothing is evaluated or fetched. */
const FINDING = {
  headers: new Headers(),
  ports: {
    evaluate: () => undefined,
    fetchJson: () => Promise.reject(new Error('The System Log needs no key set.')),
  },
};

/** Throws `StepError` when the text is no list of events. */
export const eventsInLog = async (text: string): Promise<readonly FoundEvent[]> => {
  const found = split(text, 'application/json', RECIPE);
  if (!found.ok)
    throw new StepError('bad_answer', `A page of the System Log cannot be read: ${found.message}`);
  return Promise.all(found.parts.map((part) => readEvent(part, RECIPE, FINDING)));
};
