/** Posts for a source in a test, in the words that the test speaks about. */
import type { JsonObject } from '../../src/domain/json.ts';
import type { FoundEvent, Post, Received, SourceConfig } from '../../src/sources/kind.ts';

export const NOW = Date.parse('2026-11-23T12:00:00Z');

export const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));

export const sourceOf = (
  kind: string,
  settings: JsonObject = {},
  secrets: readonly string[] = ['s3cret'],
): SourceConfig => ({ name: `${kind}-prod`, kind, settings, secrets });

export interface Sending {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: HeadersInit;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export const postOf = ({ method = 'POST', query = '', headers = {}, body = '' }: Sending): Post => ({
  method,
  url: new URL(`https://sluice.example.com/events/it${query}`),
  headers: new Headers(headers),
  body: typeof body === 'string' ? bytes(body) : body,
  now: NOW,
});

/** The events of a post that must have been accepted. */
export const eventsOf = (received: Received): readonly FoundEvent[] => {
  if (received.outcome === 'events') return received.events;
  throw new Error(`No events came, but ${JSON.stringify(received)}`);
};
