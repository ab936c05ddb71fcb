/** Follows a run live: the entries of its journal as they are written, through lost connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Entry } from './answers.ts';
import { request, type Api } from './api.ts';
import { CliError } from './exit.ts';
import { readEvents } from './event-stream.ts';

export interface Follow {
  readonly api: Api;
  readonly run: string;
  /** hears each entry once, in order; true ends the following */
  readonly hear: (entry: Entry) => Promise<boolean> | boolean;
}

const ATTEMPTS = 8;

interface Position {
  after: string | undefined;
  hasEnded: boolean;
}

/** One connection: until the stream says that it ends, or breaks. */
const listen = async ({ api, run, hear }: Follow, position: Position): Promise<void> => {
  const response = await request(api, `/api/v1/runs/${run}/entries`, {
    headers: { Accept: 'text/event-stream', ...(position.after && { 'Last-Event-ID': position.after }) },
  });
  if (response.body === null) return;
  for await (const event of readEvents(response.body)) {
    if (event.type === 'end') {
      position.hasEnded = true;
      return;
    }
    position.after = event.id ?? position.after;
    if (await hear(Entry.parse({ ...JSON.parse(event.data), type: event.type }))) {
      position.hasEnded = true;
      return;
    }
  }
};

/** Ends when the run's journal does, or when `hear` has heard enough. */
export const follow = async (what: Follow): Promise<void> => {
  const position: Position = { after: undefined, hasEnded: false };
  for (let failures = 0; !position.hasEnded;) {
    const before = position.after;
    try {
      await listen(what, position);
      failures = position.after === before ? failures + 1 : 0;
    } catch (error) {
      if (what.api.signal.aborted) throw error;
      if (error instanceof CliError && error.ending !== 'unreachable') throw error;
      failures = position.after === before ? failures + 1 : 1;
      if (failures >= ATTEMPTS) throw error;
    }
    if (!position.hasEnded) await sleep(Math.min(4_000, 100 * 2 ** failures));
  }
};
