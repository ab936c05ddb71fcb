/** Who starts a run, as the history shows it and flows read it. */
import type { Person } from '../domain/person.ts';
import type { Caller } from '../domain/run.ts';
import type { Identity } from './context.ts';

/** `subject` stays when the address changes: by it people find their runs. */
export const personCaller = ({ subject, name, email }: Person): Caller => ({
  kind: 'person',
  id: email ?? subject,
  name,
  subject,
});

export const callerOf = ({ tokenId, person }: Identity): Caller =>
  person ? personCaller(person) : { kind: 'token', id: tokenId };

/** Of somebody whom only a `by` remembers: subjects have a bar, ids of tokens have none. */
export const callerBy = (by: string): Caller => ({ kind: by.includes('|') ? 'person' : 'token', id: by });
