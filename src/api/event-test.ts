/** A flow text tried on the last events of its source: which of them would have started it, and why not the others. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import { rehearse, type Rehearsed } from '../triggers/event/rehearse.ts';
import { answer, endpoint } from './endpoint.ts';
import { itemOf, parseText, problemsOf } from './flow-texts.ts';
import { VerdictWord } from './shapes/event.ts';
import { iso, isoOrNull, Time } from './shapes/scalars.ts';

const Tested = z.strictObject({
  id: z.string(),
  type: z.string(),
  subject: z.string().nullable(),
  time: Time.nullable(),
  acceptedAt: Time,
  starts: z.boolean().describe('whether it would have started a run'),
  verdict: VerdictWord.nullable().describe('null when it would have'),
  reason: z.string().nullable(),
});

const show = ({ event, verdict, reason }: Rehearsed): z.input<typeof Tested> => ({
  id: event.id,
  type: event.type,
  subject: event.subject,
  time: isoOrNull(event.time),
  acceptedAt: iso(event.acceptedAt),
  starts: verdict === null,
  verdict,
  reason,
});

const test = endpoint({
  method: 'post',
  path: '/events/test',
  scope: 'events:read',
  summary: 'Tries a flow text on the last events of its source; starts nothing, saves nothing',
  body: z.strictObject({
    name: z.string().max(200).default('test'),
    text: z.string().describe('of a flow with an event trigger'),
    limit: z.int().min(1).max(100).default(100).describe('how many of the last events'),
  }),
  gives: z.strictObject({
    source: z.string(),
    tested: z.int(),
    starts: z.int(),
    items: z.array(Tested).describe('newest first'),
  }),
  refuses: ['invalid_flow'],
  run: async ({ env, cards, now, body }) => {
    const parsed = parseText(body, cards);
    if (!parsed.ok) {
      const errors = problemsOf(parsed).map((problem) => itemOf(problem));
      return refuse('invalid_flow', `Flow "${body.name}" has errors; nothing was tested.`, { errors });
    }
    const { flow } = parsed;
    const { trigger } = flow;
    if (trigger.kind !== 'event') {
      const message = `Its trigger is of kind ${trigger.kind}: only flows with the trigger "event" take events.`;
      return refuse('invalid_input', message, { errors: [{ path: 'text', code: 'trigger', message }] });
    }
    const rehearsed = await rehearse(env.DB, { flow, trigger }, { limit: body.limit, now });
    const items = rehearsed.map(show);
    const starts = items.filter((item) => item.starts).length;
    return answer({ source: trigger.source, tested: items.length, starts, items });
  },
});

export const eventTestEndpoints = [test];
