/** An event as it is judged: read once for all flows, and only if one looks into it. */
import { envelopeOf, type Envelope, type StoredEvent } from '../../domain/event.ts';
import type { Judged } from './match.ts';

export const judgedOf = (event: StoredEvent, ownActors: ReadonlySet<string>): Judged => {
  let envelope: Envelope | undefined;
  return {
    event,
    envelope: () => (envelope ??= envelopeOf(event)),
    selfCaused: event.actor !== undefined && ownActors.has(event.actor),
  };
};
