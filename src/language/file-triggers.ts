/** The six triggers as files hold them. */
import * as z from 'zod';
import { isWho, WHO_IS } from '../domain/permitted.ts';
import { ScheduleSchema } from './file-schedule.ts';
import { Condition, duration, Value } from './file-values.ts';

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
    allow: z
      .array(z.string().refine(isWho, WHO_IS))
      .min(1)
      .meta({ description: 'Who may run it: addresses, group:<name>, domain:<host>.' }),
    confirm: z.string().min(1).exactOptional().meta({ description: 'What the form asks to confirm.' }),
  })
  .meta({ title: 'Started by permitted people, by a form' });

export const TriggerSchema = z
  .discriminatedUnion('kind', [Manual, Helper, ScheduleSchema, Event, Api, Delegated])
  .meta({ id: 'Trigger', description: 'How the flow starts. Every flow can be run by hand as well.' });

export type WrittenTrigger = z.output<typeof TriggerSchema>;
