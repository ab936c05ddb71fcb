/** Which delegated flows somebody may run: by the trigger of the flow, or by a grant. */
import { isPermitted, namesOf, type Asking } from '../domain/permitted.ts';
import { within } from './deadline.ts';

/** More are not listed; a search in the list would not find them either. */
const MOST_LISTED = 2_000;

/** Grants that count now, of one of the names in ?1; `flow` is that of the outer query, or a parameter. */
const granted = (flow: string): string => `EXISTS (
  SELECT 1 FROM grants
  WHERE who IN (SELECT value FROM json_each(?1)) AND flow = ${flow}
    AND ended_at IS NULL AND (until IS NULL OR until > ?2))`;

/** Whatever the name, the same is read: how long the answer takes does not tell whether there is such a flow. */
const MAY = `
  SELECT json_extract(versions.definition, '$.trigger.allow') AS allow, ${granted('?3')} AS isGranted
  FROM (SELECT 1)
  LEFT JOIN flows ON flows.name = ?3 AND flows.status = 'enabled' AND flows.trigger = 'delegated'
  LEFT JOIN flow_versions AS versions ON versions.flow = flows.name AND versions.version = flows.version`;

interface Allowed {
  /** JSON list; null when there is no such flow */
  readonly allow: string | null;
  readonly isGranted: number;
}

const mayRun = ({ allow, isGranted }: Allowed, person: Asking): boolean => {
  if (allow === null) return false;
  // Checked when the flow was saved.
  const list: readonly string[] = JSON.parse(allow);
  return isPermitted(list, person) || isGranted === 1;
};

/** False for flows that do not exist, are disabled or archived, or have another trigger. */
export const mayRunFlow = async (
  db: D1Database,
  person: Asking,
  asked: { readonly flow: string; readonly now: number },
): Promise<boolean> => {
  const names = JSON.stringify(namesOf(person));
  const row = await within(db.prepare(MAY).bind(names, asked.now, asked.flow).first<Allowed>());
  return row !== null && mayRun(row, person);
};

const LIST = `
  SELECT flows.name, flows.title,
    json_extract(versions.definition, '$.description') AS description,
    json_extract(versions.definition, '$.trigger.allow') AS allow,
    ${granted('flows.name')} AS isGranted
  FROM flows
  JOIN flow_versions AS versions ON versions.flow = flows.name AND versions.version = flows.version
  WHERE flows.status = 'enabled' AND flows.trigger = 'delegated'
  ORDER BY flows.name LIMIT ${MOST_LISTED}`;

export interface DelegatedFlow {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
}

/** By name. */
export const listDelegated = async (
  db: D1Database,
  person: Asking,
  now: number,
): Promise<readonly DelegatedFlow[]> => {
  const query = db.prepare(LIST).bind(JSON.stringify(namesOf(person)), now);
  const { results } = await within(query.all<DelegatedFlow & Allowed>());
  return results
    .filter((row) => mayRun(row, person))
    .map(({ name, title, description }) => ({ name, title, description }));
};
