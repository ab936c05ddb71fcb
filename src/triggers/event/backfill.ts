/** The backfill of sources that ask for it, on the tick: each reads its log from where it stood. */
import type { FoundEvent } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import { eventsInLog } from '../../sources/okta-log.ts';
import { backfillOf, type Backfill } from '../../sources/shared-settings.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { listLogSources } from '../../storage/log-sources.ts';
import { moveMark, readMark, removeMark } from '../../storage/marks.ts';
import { keepEventsMs } from '../../storage/retention.ts';
import { acceptEvents } from './accept.ts';
import { LogCursor } from './log-cursor.ts';
import { pollLog, type Log, type LogPorts, type Polled } from './okta-log.ts';
import { countRefusal } from './refusal-count.ts';

/** What the tick needs to read logs. */
export interface BackfillPorts {
  readonly now: () => number;
  /** Through a connection; throws `StepError` when there is none, or it fits no log. */
  readonly openLog: (connection: string) => Promise<Log>;
}

export interface Backfilled {
  readonly pages: number;
  readonly events: number;
  /** names of sources whose log could not be read for a reason of ours; the next tick tries again */
  readonly broken: readonly string[];
}

type Env = Pick<Bindings, 'DB' | 'EVENTS' | 'SLUICE_KEEP_EVENTS'>;

const HOUR = 3_600_000;

const markOf = (source: string): string => `okta-log:${source}`;

/** Keeps them, halves of them where all are too many bytes; one alone that is too large is counted and passed over. */
const acceptAll = async (
  env: Env,
  source: string,
  events: readonly FoundEvent[],
  now: number,
): Promise<boolean> => {
  const accepted = await acceptEvents(env, { source, events, headers: {}, now });
  if (accepted.outcome === 'accepted') return true;
  if (accepted.outcome === 'unavailable') return false;
  if (events.length === 1) {
    await countRefusal(env.DB, { source, reason: 'too_large', message: accepted.message, now });
    return true;
  }
  const middle = Math.ceil(events.length / 2);
  const first = await acceptAll(env, source, events.slice(0, middle), now);
  return first && acceptAll(env, source, events.slice(middle), now);
};

const portsFor = (env: Env, source: string, backfill: Backfill, ports: BackfillPorts): LogPorts => {
  const mark = markOf(source);
  const textOf = (cursor: LogCursor | undefined): string | undefined => cursor && JSON.stringify(cursor);
  return {
    now: ports.now,
    openLog: () => ports.openLog(backfill.connection),
    read: async () => {
      const text = await readMark(env.DB, mark);
      return text === undefined ? undefined : LogCursor.parse(JSON.parse(text));
    },
    move: (from, to) => moveMark(env.DB, mark, { from: textOf(from), to: JSON.stringify(to) }),
    eventsIn: eventsInLog,
    accept: (events) => acceptAll(env, source, events, ports.now()),
    refuseOld: async (count) => {
      const message = 'an event of the System Log is older than the ids that are kept';
      const one = { source, reason: 'too_old', message, now: ports.now() };
      for (let number = 0; number < count; number++) await countRefusal(env.DB, one);
    },
  };
};

const pollSource = async (
  env: Env,
  source: { readonly name: string; readonly settings: JsonObject; readonly createdAt: number },
  ports: BackfillPorts,
): Promise<Polled> => {
  const backfill = backfillOf(source.settings);
  if (backfill === undefined) return { pages: 0, events: 0 };
  const since = backfill.since === undefined ? source.createdAt : Date.parse(backfill.since);
  // What a hook may have brought must still be known by its id when the log brings it.
  const oldest = ports.now() - keepEventsMs(env) + HOUR;
  return pollLog({ filter: backfill.filter, since }, portsFor(env, source.name, backfill, ports), oldest);
};

/** All at the same time: one log that hangs leaves the others alone. */
export const backfill = async (env: Env, ports: BackfillPorts): Promise<Backfilled> => {
  const sources = await listLogSources(env.DB);
  const polls = await Promise.allSettled(sources.map((source) => pollSource(env, source, ports)));
  const polled = polls.flatMap((poll) => (poll.status === 'fulfilled' ? [poll.value] : []));
  const broken = sources.filter((_, at) => polls[at]?.status === 'rejected').map(({ name }) => name);
  for (const poll of polls)
    if (poll.status === 'rejected') console.error('A log could not be read', poll.reason);
  return {
    pages: polled.reduce((sum, { pages }) => sum + pages, 0),
    events: polled.reduce((sum, { events }) => sum + events, 0),
    broken,
  };
};

/** How the reading of a log stands, for people. */
export interface LogState {
  readonly state: 'not_begun' | 'reading' | 'waiting' | 'failing';
  /** nothing is asked before this time, ms */
  readonly until: number | null;
  readonly trouble: string | null;
}

/** Null for a source that asks for no backfill. */
export const logState = async (
  db: D1Database,
  source: { readonly name: string; readonly settings: JsonObject },
  now: number,
): Promise<LogState | null> => {
  if (backfillOf(source.settings) === undefined) return null;
  const text = await readMark(db, markOf(source.name));
  if (text === undefined) return { state: 'not_begun', until: null, trouble: null };
  const { heldUntil, trouble } = LogCursor.parse(JSON.parse(text));
  const until = heldUntil > now ? heldUntil : null;
  if (trouble !== null) return { state: 'failing', until, trouble };
  return { state: until === null ? 'reading' : 'waiting', until, trouble: null };
};

/** For a source that is removed: one of the same name begins anew. */
export const forgetLog = (db: D1Database, source: string): Promise<void> => removeMark(db, markOf(source));
