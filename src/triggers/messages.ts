/** What travels in the queue `sluice-events`: written by the doors and the tick, read back by the consumer. */
import * as z from 'zod';
import type { StoredEvent } from '../domain/event.ts';
import type { Json, JsonObject } from '../domain/json.ts';

const AnyJson = z.custom<Json>((value) => value !== undefined);
const AnyObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const Stored: z.ZodType<StoredEvent> = z.object({
  id: z.string(),
  source: z.string(),
  sourceId: z.string(),
  type: z.string(),
  subject: z.string().nullable(),
  time: z.number().nullable(),
  acceptedAt: z.number(),
  raw: z.string(),
  data: AnyJson.exactOptional(),
  attributes: AnyObject.exactOptional(),
  actor: z.string().exactOptional(),
  fault: z.string().exactOptional(),
});

/**
 * Accepted events of one source, whole; or by their ids where they are too big to travel. With `headers` they are not in
 * D1: it was silent when they came, this message is their only copy, and whoever reads it writes them down first.
 */
export const EventsMessage = z.object({
  v: z.literal(1),
  kind: z.literal('events'),
  source: z.string(),
  events: z.array(Stored).exactOptional(),
  ids: z.array(z.string()).exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
});
export type EventsMessage = z.output<typeof EventsMessage>;

/** Due ticks by name: what becomes of them is written into the ledger, and `id` is forgotten then. */
export const TicksMessage = z.object({
  v: z.literal(1),
  kind: z.literal('ticks'),
  id: z.string(),
  ticks: z.array(
    z.object({
      flow: z.string(),
      nominal: z.number(),
      backfill: z
        .object({
          id: z.string(),
          by: z.string(),
          overlap: z.enum(['skip', 'queue', 'allow', 'cancel-previous']),
        })
        .exactOptional(),
    }),
  ),
});
export type TicksMessage = z.output<typeof TicksMessage>;

/** Events travel as the text that was made of them for D1. */
const parsed = (body: unknown): unknown => {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Every message that a consumer of this build can read; `parse` takes bodies as the queue gives them. */
export const Message = z.preprocess(parsed, z.discriminatedUnion('kind', [EventsMessage, TicksMessage]));
export type Message = z.output<typeof Message>;
