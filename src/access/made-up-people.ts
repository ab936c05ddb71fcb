/** People who do not exist, to try on a laptop what each kind of person sees. Only src/dev.ts knows them. */
import type { Person } from '../domain/person.ts';
import { DEVELOPMENT_ISSUER, subjectOf } from './session.ts';

const madeUp = (name: string, groups: readonly string[]): Person => ({
  subject: subjectOf(DEVELOPMENT_ISSUER, name.toLowerCase()),
  name,
  email: `${name.toLowerCase()}@example.com`,
  groups,
  via: 'development',
});

export interface MadeUp {
  readonly person: Person;
  readonly is: string;
}

export const MADE_UP_PEOPLE: readonly MadeUp[] = [
  { person: madeUp('Stella', ['service-desk']), is: 'works at the service desk' },
  { person: madeUp('Max', ['managers']), is: 'manages people' },
  { person: madeUp('Nora', []), is: 'is in no group' },
  { person: madeUp('Ada', ['sluice-administrators']), is: 'administers Sluice' },
  { person: madeUp('Otto', ['sluice-operators']), is: 'operates: sees runs, retries, cancels' },
  { person: madeUp('Ann', ['sluice-authors']), is: 'writes flows' },
  { person: madeUp('Uma', ['sluice-auditors']), is: 'audits: reads everything' },
];
