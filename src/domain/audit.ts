/**
 * The audit log's lines. Each carries the hash of the one before: a line that was changed, left out or put in between
 * shows. Only the end can be cut off unseen, so whoever needs to be sure of it keeps the newest hash elsewhere.
 */
import { isObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** Who did it. `id` is the person's subject or the token's id; null for nobody we know. */
export interface Actor extends JsonObject {
  readonly kind: 'person' | 'token' | 'provider' | 'nobody';
  readonly id: string | null;
  readonly name: string | null;
}

export type Outcome = 'done' | 'refused';

/** What happened, as whoever records it says. */
export interface AuditEvent {
  readonly actor: Actor;
  /** `sign_in`, `tokens.create`, `flows.push`: what it was done to, a dot, what was done */
  readonly action: string;
  /** the token, flow, source …; null when it is the installation */
  readonly target: string | null;
  readonly outcome: Outcome;
  readonly detail: JsonObject;
}

/** As the API shows it and the hash covers it; `seq` counts 1, 2, 3. */
export interface AuditLine extends AuditEvent {
  readonly seq: number;
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  readonly previous: string;
}

/** Before the first line. */
export const NO_HASH = '0'.repeat(64);

/** JSON with the members of every object in the order of their names. */
const canonical = (value: Json | undefined): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
};

/** SHA-256, hexadecimal, of the line as JSON without blanks, the members of its objects sorted. */
export const hashOfLine = async (line: AuditLine): Promise<string> => {
  const { seq, id, at, actor, action, target, outcome, detail, previous } = line;
  const text = canonical({ seq, id, at, actor, action, target, outcome, detail, previous });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

export interface HashedLine extends AuditLine {
  readonly hash: string;
}

/** Why the chain does not hold at a line, read after `before`; undefined when it does. */
export const breakAt = async (
  line: HashedLine,
  before: HashedLine | undefined,
): Promise<string | undefined> => {
  if (before !== undefined && line.seq !== before.seq + 1) {
    return `after line ${before.seq} comes line ${line.seq}: something was left out`;
  }
  const expected = before?.hash ?? (line.seq === 1 ? NO_HASH : line.previous);
  if (line.previous !== expected) return `line ${line.seq} does not follow the one before it`;
  return (await hashOfLine(line)) === line.hash ? undefined : `line ${line.seq} was changed`;
};
