/** A running Sluice as its administrators and the senders of events reach it: over HTTP, and nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';
import { start, until, type Installation, type Scratch } from './installation.ts';

const Secrets = z.array(z.looseObject({ id: z.string() }));
const Source = z.looseObject({
  address: z.string(),
  secret: z.string().nullish(),
  secrets: Secrets,
  refused: z.array(z.looseObject({ reason: z.string() })),
});
const Verdict = z.looseObject({
  flow: z.string().nullable(),
  verdict: z.string(),
  run: z.string().nullable(),
  reason: z.string().nullable(),
});
const Event = z.looseObject({
  id: z.string(),
  source: z.string(),
  sourceId: z.string(),
  type: z.string(),
  closedAt: z.string().nullable(),
  verdicts: z.array(Verdict),
});
const Kept = Event.extend({ headers: z.record(z.string(), z.string()), raw: z.string() });
const Run = z.looseObject({
  id: z.string(),
  flow: z.string(),
  status: z.string(),
  outputs: z.looseObject({ event: z.looseObject({}) }).nullish(),
});
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export type Source = z.output<typeof Source>;
export type Event = z.output<typeof Event>;
export type Run = z.output<typeof Run>;

export interface NewSource {
  readonly kind: string;
  readonly settings?: JsonObject;
  readonly secret?: string;
}

/** The API with the first administrator's token; refusals are thrown. */
const asker = ({ url, token }: Installation) => {
  return async (path: string, { method = 'GET', body }: { method?: string; body?: object } = {}) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    const told: unknown = text === '' ? null : JSON.parse(text);
    return told;
  };
};

const reach = (local: Installation) => {
  const ask = asker(local);
  const events = async (query: string): Promise<Event[]> => {
    const found: Event[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = `&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { items, next } = pageOf(Event).parse(await ask(`/events?${query}${page}`));
      found.push(...items);
      cursor = next;
    }
    return found;
  };
  const eventsOf = (source: string): Promise<Event[]> => events(`source=${source}`);
  const run = async (id: string): Promise<Run> => Run.parse(await ask(`/runs/${id}`));
  return {
    ask,
    eventsOf,
    run,
    addSource: async (name: string, { kind, settings = {}, secret }: NewSource): Promise<Source> =>
      Source.parse(await ask(`/sources/${name}`, { method: 'PUT', body: { kind, settings, secret } })),
    sourceOf: async (name: string): Promise<Source> => Source.parse(await ask(`/sources/${name}`)),
    rotate: async (name: string, secret: string): Promise<Source> =>
      Source.parse(await ask(`/sources/${name}/rotate`, { method: 'POST', body: { secret } })),
    retire: (name: string, id: string) => ask(`/sources/${name}/secrets/${id}`, { method: 'DELETE' }),
    event: async (id: string) => Kept.parse(await ask(`/events/${id}`)),
    runsOf: async (flow: string): Promise<Run[]> =>
      pageOf(Run).parse(await ask(`/runs?flow=${flow}&limit=200`)).items,
    /** The events of a source once there are so many and each has its last verdict. */
    closed: (source: string, count: number): Promise<Event[]> =>
      until(`${count} events of ${source} with their verdicts`, async () => {
        const found = await eventsOf(source);
        const isDone = found.length >= count && found.every(({ closedAt }) => closedAt !== null);
        return isDone ? found : undefined;
      }),
    /** A run once it has ended well. */
    ended: (id: string): Promise<Run> =>
      until(`the end of ${id}`, async () => {
        const found = await run(id);
        return found.status === 'succeeded' ? found : undefined;
      }),
    post: (source: string, init: RequestInit): Promise<Response> =>
      fetch(`${local.url}/events/${source}`, { method: 'POST', redirect: 'error', ...init }),
  };
};
export type Reach = ReturnType<typeof reach>;

/** A flow that returns each event of a source as flows read it. */
const listener = (source: string): string => `title: Hand back what ${source} sends
trigger: { kind: event, source: ${source}, types: ['*'] }
steps:
  - return: { event: "\${{ event }}" }
`;
/** Name of the flow that listens to a source. */
export const flowOf = (source: string): string => `listen-${source}`;

/** An installation with a flow for each of the sources that are to come. */
export const startListening = async (
  place: Scratch,
  sources: readonly string[],
): Promise<{ readonly local: Installation; readonly sluice: Reach }> => {
  for (const source of sources) writeFileSync(join(place.flows, `${flowOf(source)}.yaml`), listener(source));
  const local = await start(place, ['--no-tick']);
  const isLoaded = (source: string): boolean => local.output().includes(`created ${flowOf(source)}@1`);
  await until('the flows', () => sources.every(isLoaded) || undefined, { told: local.output });
  return { local, sluice: reach(local) };
};
