/** Events as the API shows them: a line of the list, and one with all that was sent. */
import * as z from 'zod';
import { NO_FLOW, readVerdictKey, VERDICTS, type Verdicts } from '../../domain/event.ts';
import type { Json } from '../../domain/json.ts';
import type { EventRow, ListedEvent } from '../../storage/event-list.ts';
import { iso, isoOrNull, Time } from './scalars.ts';

export const VerdictWord = z.enum(VERDICTS);

export const FlowVerdict = z.strictObject({
  flow: z.string().nullable().describe('null for what is true of the event as a whole'),
  verdict: VerdictWord,
  at: Time,
  run: z.string().nullable().describe('id of the run that it started'),
  reason: z.string().nullable(),
  replay: z.string().nullable().describe('the replay that brought it, where another run was started before'),
});

const line = {
  id: z.string(),
  source: z.string(),
  sourceId: z.string().describe("the sender's id, by which it is known when it comes again"),
  type: z.string(),
  subject: z.string().nullable(),
  time: Time.nullable().describe('when it happened, as the sender says'),
  acceptedAt: Time,
  closedAt: Time.nullable().describe('when it had its last verdict; null while it is on its way'),
  verdicts: z.array(FlowVerdict),
};
export const EventLine = z.strictObject(line).meta({ id: 'Event' });
export const EventDetail = z
  .strictObject({
    ...line,
    actor: z.string().nullable().describe('API token or client that caused it, where the sender tells'),
    attributes: z.looseObject({}).describe('further CloudEvents attributes'),
    headers: z.record(z.string(), z.string()).describe('of the post, less what is secret'),
    data: z.unknown().describe('as flows read it'),
    raw: z.string().describe('as it was sent; of a batch, its part'),
    sends: z.int().describe('how often it was sent again'),
  })
  .meta({ id: 'EventDetail' });

export const showVerdicts = (verdicts: Verdicts | null): z.input<typeof FlowVerdict>[] =>
  Object.entries(verdicts ?? {}).map(([key, { verdict, at, run = null, reason = null }]) => {
    const { flow, replay } = readVerdictKey(key);
    return { flow: flow === NO_FLOW ? null : flow, verdict, at: iso(at), run, reason, replay };
  });

export const showEventLine = (row: ListedEvent): z.input<typeof EventLine> => ({
  id: row.id,
  source: row.source,
  sourceId: row.sourceId,
  type: row.type,
  subject: row.subject,
  time: isoOrNull(row.time),
  acceptedAt: iso(row.acceptedAt),
  closedAt: isoOrNull(row.closedAt),
  verdicts: showVerdicts(row.verdicts),
});

/** What could not be read has no data, and the verdict `invalid`. */
const dataOf = ({ data, raw }: EventRow): Json => {
  if (data !== null) return data;
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
};

export const showEvent = (row: EventRow): z.input<typeof EventDetail> => ({
  ...showEventLine(row),
  actor: row.actor,
  attributes: { ...row.attributes },
  headers: { ...row.headers },
  data: dataOf(row),
  raw: row.raw,
  sends: row.sends,
});
