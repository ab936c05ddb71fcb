/** Posts to a source without a server: only what a test speaks about has to be said. */
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Post, Received, SourcePorts } from '../../src/sources/kind.ts';
import { receive } from '../../src/sources/receive.ts';
import type { Sender } from './senders.ts';

/** The moment at which samples are sent. */
export const NOW = Date.parse('2026-02-03T10:05:00.000Z');

export interface Posted {
  readonly kind: string;
  readonly settings?: JsonObject;
  readonly secrets?: readonly string[];
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly now?: number;
  readonly evaluate?: SourcePorts['evaluate'];
}

const noKeys = (): Promise<Json> => Promise.reject(new Error('this sender has no key set'));

export const post = (posted: Posted): Promise<Received> => {
  const { kind, settings = {}, secrets = ['s'], method = 'POST', query = '', headers = {} } = posted;
  const body = posted.body ?? '';
  const sent: Post = {
    method,
    url: new URL(`https://sluice.example.com/events/source${query}`),
    headers: new Headers(headers),
    body: new Uint8Array(typeof body === 'string' ? Buffer.from(body) : body),
    now: posted.now ?? NOW,
  };
  const ports = { fetchJson: noKeys, evaluate: posted.evaluate ?? (() => undefined) };
  return receive({ name: 'source', kind, settings, secrets }, sent, ports);
};

export interface Changes {
  /** what the source has */
  readonly secrets?: readonly string[];
  readonly body?: string;
  readonly without?: string;
  /** ms between signing and arrival */
  readonly age?: number;
}

/** Signs a sample as its sender does, then changes something on its way. */
export const send = async (sender: Sender, changes: Changes = {}): Promise<Received> => {
  const signed = await sender.sign(sender.body, sender.secret, NOW);
  const headers = Object.fromEntries(Object.entries(signed).filter(([name]) => name !== changes.without));
  return post({
    kind: sender.kind,
    settings: sender.settings,
    secrets: changes.secrets ?? [sender.secret],
    headers: { 'Content-Type': sender.contentType, ...headers },
    body: changes.body ?? sender.body,
    now: NOW + (changes.age ?? 0),
  });
};

export const eventsOf = (received: Received) => {
  if (received.outcome !== 'events') throw new Error(`Not accepted: ${JSON.stringify(received)}`);
  return received.events;
};
