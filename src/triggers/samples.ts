/**
 * What a flow is given in place of its trigger's data when it is run by hand. The table does not compile when one of
 * the six triggers is missing. Who started a run is never a sample: `caller` is whoever did.
 */
import type { Flow, Trigger, TriggerKind } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Start } from '../domain/run.ts';
import { oktaEvent } from './sample-event.ts';

export type Sample = Pick<Start, 'event' | 'request' | 'schedule'>;

export interface SampleContext {
  readonly inputs: JsonObject;
  readonly now: number;
}

const iso = (at: number): string => new Date(at).toISOString();
const MINUTE = 60_000;

const SAMPLES: Readonly<Record<TriggerKind, (trigger: Trigger, context: SampleContext) => Sample>> = {
  schedule: (_, { now }) => ({ schedule: { at: iso(now - (now % MINUTE)), actual: iso(now) } }),
  event: (trigger, { now }) => (trigger.kind === 'event' ? { event: oktaEvent(trigger, now) } : {}),
  api: (trigger, { inputs }) => ({
    request: {
      method: (trigger.kind === 'api' ? trigger.methods[0] : undefined) ?? 'POST',
      headers: { 'content-type': 'application/json', accept: '*/*', 'user-agent': 'curl/8.5.0' },
      query: {},
      body: inputs,
      rawBody: JSON.stringify(inputs),
    },
  }),
  delegated: () => ({
    request: {
      person: {
        subject: 'https://id.example.com|stella',
        name: 'Stella Sample',
        email: 'stella@example.com',
        groups: ['service-desk'],
        via: 'oidc',
      },
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0',
    },
  }),
  // These know nothing besides their inputs and the caller.
  manual: () => ({}),
  helper: () => ({}),
};

/** The sample of a flow's own trigger. */
export const sampleOf = ({ trigger }: Flow, context: SampleContext): Sample =>
  SAMPLES[trigger.kind](trigger, context);
