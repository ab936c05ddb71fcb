/** Events as the API sends them, as far as the terminal shows them. */
import * as z from 'zod';
import { When } from './answers.ts';
import type { Hue, Paint } from './terminal.ts';

export const EventVerdict = z.looseObject({
  flow: z.string().nullable(),
  verdict: z.string(),
  at: When,
  run: z.string().nullable(),
  reason: z.string().nullable(),
});
export type EventVerdict = z.output<typeof EventVerdict>;

export const EventLine = z.looseObject({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string().nullable(),
  time: When.nullable(),
  acceptedAt: When,
  closedAt: When.nullable(),
  verdicts: z.array(EventVerdict),
});
export type EventLine = z.output<typeof EventLine>;

export const EventDetail = EventLine.extend({
  sourceId: z.string(),
  actor: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  raw: z.string(),
});
export type EventDetail = z.output<typeof EventDetail>;

export const Tested = z.looseObject({
  source: z.string(),
  tested: z.number(),
  starts: z.number(),
  items: z.array(
    z.looseObject({
      id: z.string(),
      type: z.string(),
      subject: z.string().nullable(),
      acceptedAt: When,
      starts: z.boolean(),
      verdict: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
export type Tested = z.output<typeof Tested>;

const HUES: Readonly<Record<string, Hue>> = {
  started: 'green',
  error: 'red',
  invalid: 'red',
  undeliverable: 'red',
  loop: 'yellow',
  paused: 'yellow',
  expired: 'yellow',
};

export const paintVerdict = (verdict: string, paint: Paint): string => {
  const words = verdict.replaceAll('_', ' ');
  const hue = HUES[verdict];
  return hue === undefined ? words : paint(hue, words);
};
