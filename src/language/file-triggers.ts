/** The six triggers as files hold them. */
import { Cron } from 'croner';
import * as z from 'zod';
import { Condition, duration, Time, TimeZone, Value } from './file-values.ts';

const Manual = z.strictObject({ kind: z.literal('manual') }).meta({ title: 'Only by hand' });
const Helper = z.strictObject({ kind: z.literal('helper') }).meta({ title: 'Called by other flows' });

const Api = z
  .strictObject({
    kind: z.literal('api'),
    auth: z
      .enum(['public', 'token', 'oauth'])
      .default('token')
      .meta({ description: 'public: anybody; token: who has a token of this flow.' }),
    issuer: z.string().exactOptional(),
    audience: z.string().exactOptional(),
    scopes: z.array(z.string()).exactOptional(),
    methods: z
      .array(z.enum(['GET', 'POST']))
      .min(1)
      .default(['POST'])
      .meta({ description: 'POST: inputs come as a JSON object or form; GET: in the query.' }),
    reply: z
      .enum(['wait', 'accept'])
      .default('wait')
      .meta({ description: 'wait: the caller gets the outputs; accept: 202 at once.' }),
    wait: duration({ most: '60s' })
      .prefault('30s')
      .meta({ description: 'How long the caller waits before it gets a 202 and a link; at most 60s.' }),
    queryToken: z
      .boolean()
      .default(false)
      .meta({ description: 'The token may stand in the address as ?clientToken=, where logs keep it.' }),
    rateLimit: z
      .strictObject({ requests: z.number().int().min(1), per: duration({ least: '1s', most: '1d' }) })
      .exactOptional()
      .meta({ description: 'More requests than this get 429.' }),
  })
  .meta({ title: 'Called by other systems: /invoke/<flow>' });

const cronFault = (text: string): string | undefined => {
  try {
    return new Cron(text, { mode: '5-part', paused: true }).getPattern() === undefined
      ? 'it is empty'
      : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
  }
};

const CronText = z
  .string()
  .superRefine((text, context) => {
    const fault = cronFault(text);
    if (fault === undefined) return;
    const message = `must be five fields, minute hour day month weekday, such as "0 9 * * 1-5" (${fault})`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'minute hour day month weekday, such as 0 9 * * 1-5' });

const At = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "09:00", in quotes')
  .exactOptional();
const amount = (most: number) => z.number().int().min(1).max(most);
const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

const Every = z.union(
  [
    z.strictObject({ minutes: amount(1440) }),
    z.strictObject({ hours: amount(744) }),
    z.strictObject({ days: amount(366), at: At }),
    z.strictObject({ weeks: amount(52), on: z.array(Weekday).min(1).exactOptional(), at: At }),
    z.strictObject({ months: amount(12), day: amount(31).exactOptional(), at: At }),
  ],
  {
    error:
      'must be { minutes: 15 }, { hours: 2 }, { days: 1, at: "09:00" }, ' +
      '{ weeks: 1, on: [mon], at: "09:00" } or { months: 3, day: 1, at: "09:00" }',
  },
);

const Schedule = z
  .strictObject({
    kind: z.literal('schedule'),
    cron: CronText.exactOptional(),
    every: Every.exactOptional(),
    timezone: TimeZone.exactOptional(),
    start: Time.exactOptional(),
    end: Time.exactOptional(),
    overlap: z
      .enum(['skip', 'queue', 'allow', 'cancel-previous'])
      .default('skip')
      .meta({ description: 'What happens to a tick while the last run is still under way.' }),
    missed: z
      .enum(['none', 'last', 'all'])
      .default('last')
      .meta({ description: 'Which ticks are caught up after nothing ran for a while.' }),
    missedWindow: duration().prefault('6h'),
    spread: duration({ most: '1d' })
      .prefault('0s')
      .meta({ description: 'A stable offset, up to so long, so that not all flows start at once.' }),
    gap: z.enum(['next', 'skip']).default('next'),
    fold: z.enum(['first', 'second', 'both']).default('first'),
  })
  .refine(({ cron, every }) => (cron === undefined) !== (every === undefined), {
    message: 'must have either cron or every',
  })
  .meta({ title: 'Started by the clock' });

const Event = z
  .strictObject({
    kind: z.literal('event'),
    source: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be the name of a source: small letters, digits and -'),
    types: z
      .array(z.string().regex(/^[^*\s]+\*?$|^\*$/, 'must be a type of event, exact or with * at the end'))
      .min(1)
      .default(['*']),
    where: Condition.exactOptional(),
    key: Value.exactOptional().meta({ description: 'One run at a time per key.' }),
    settle: duration().exactOptional().meta({ description: 'Starts once it was quiet for so long.' }),
    selfCaused: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Also events that our own connections caused; without it they start nothing.' }),
  })
  .meta({ title: 'Started by an event of a source' });

const Delegated = z
  .strictObject({
    kind: z.literal('delegated'),
    allow: z.array(z.string().min(1)).min(1).meta({ description: 'Addresses, and groups as group:<name>.' }),
    confirm: z.string().exactOptional().meta({ description: 'What the form asks to confirm.' }),
  })
  .meta({ title: 'Started by permitted people, by a form' });

export const TriggerSchema = z
  .discriminatedUnion('kind', [Manual, Helper, Schedule, Event, Api, Delegated])
  .meta({ id: 'Trigger', description: 'How the flow starts. Every flow can be run by hand as well.' });

export type WrittenTrigger = z.output<typeof TriggerSchema>;
