/**
 * Entries as server-sent events (HTML Standard, section 9.2). The Worker polls the lane, 250 ms to 2 s, so that no object
 * is held open by people who look on.
 */
import type { EntriesView } from '../domain/lane.ts';
import type { Refusal } from '../domain/problem.ts';

/** What may be changed for tests: ms. */
export interface Pace {
  readonly shortest: number;
  readonly longest: number;
  readonly ping: number;
  readonly sleep: (ms: number) => Promise<void>;
}

const PACE: Pace = {
  shortest: 250,
  longest: 2_000,
  ping: 15_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** An invocation may make so many calls only: then the stream stops, and the client comes back where it was. */
const MOST_POLLS = 600;
const MOST_FAILURES = 5;

export interface Source {
  readonly first: EntriesView;
  /** entries in a full view */
  readonly limit: number;
  /** @param after what the view before said is next */
  readonly more: (after: number) => Promise<EntriesView | Refusal>;
  readonly line: (entry: EntriesView['entries'][number]) => string;
  readonly end: () => Promise<string>;
}

interface Position {
  view: EntriesView | undefined;
  after: number;
  wait: number;
  quiet: number;
  polls: number;
  failures: number;
}

/** What to send next: '' is the end; undefined when the stream stops without one. */
const advance = async (source: Source, pace: Pace, position: Position): Promise<string | undefined> => {
  while (position.polls < MOST_POLLS && position.failures < MOST_FAILURES) {
    const { view } = position;
    position.view = undefined;
    if (view && view.entries.length > 0) {
      // More may wait behind a full view: then the next call follows at once.
      position.wait = view.entries.length < source.limit ? pace.shortest : 0;
      position.quiet = 0;
      if (view.ended) position.view = { ...view, entries: [] };
      return view.entries.map(source.line).join('');
    }
    if (view?.ended) return '';
    await pace.sleep(position.wait);
    position.quiet += position.wait;
    position.wait = Math.min(pace.longest, Math.max(pace.shortest, position.wait * 1.5));
    await poll(source, position);
    if (position.quiet >= pace.ping) {
      position.quiet = 0;
      return ': ping\n\n';
    }
  }
  return undefined;
};

const poll = async (source: Source, position: Position): Promise<void> => {
  position.polls += 1;
  const view = await source.more(position.after);
  if ('ok' in view) {
    position.failures += 1;
    return;
  }
  position.failures = 0;
  position.after = view.next;
  position.view = view;
};

export const eventStream = (source: Source, pace: Pace = PACE): Response => {
  const position: Position = {
    view: source.first,
    after: source.first.next,
    wait: pace.shortest,
    quiet: 0,
    polls: 0,
    failures: 0,
  };
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
    pull: async (controller) => {
      const text = await advance(source, pace, position);
      if (text !== undefined && text !== '') return controller.enqueue(encoder.encode(text));
      if (text === '') controller.enqueue(encoder.encode(await source.end()));
      controller.close();
    },
  });
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
  });
};
