/** A trigger from its written form to the domain's, and what this version does not do with it. */
import type { ApiTrigger, EventTrigger, Flow, Trigger } from '../domain/flow.ts';
import type { WrittenTrigger } from './file-triggers.ts';
import { normaliseSchedule } from './normalise-schedule.ts';
import type { Report } from './report.ts';

type Written<K extends WrittenTrigger['kind']> = Extract<WrittenTrigger, { readonly kind: K }>;

const api = ({ wait, queryToken, rateLimit, methods, ...rest }: Written<'api'>): ApiTrigger => ({
  ...rest,
  methods: [...new Set(methods)],
  waitMs: wait,
  tokenInQuery: queryToken,
  ...(rateLimit === undefined ? {} : { rateLimit: { requests: rateLimit.requests, perMs: rateLimit.per } }),
});

const event = ({ settle, ...rest }: Written<'event'>): EventTrigger => ({
  ...rest,
  ...(settle === undefined ? {} : { settleMs: settle }),
});

/** @param timezone of the flow's settings, for what has none of its own */
export const normaliseTrigger = (written: WrittenTrigger, timezone: string): Trigger => {
  switch (written.kind) {
    case 'api':
      return api(written);
    case 'schedule':
      return normaliseSchedule(written, timezone);
    case 'event':
      return event(written);
    default:
      return written;
  }
};

/** What a flow asks for and this version does not give. */
export const checkAvailable = ({ name, trigger }: Flow, report: Report): void => {
  if (trigger.kind === 'delegated' && name === 'runs') {
    const message =
      'A delegated flow cannot be called "runs": /delegated/runs is where people find what they started';
    report.error({ path: ['trigger', 'kind'], code: 'reserved', message });
  }
  if (trigger.kind === 'api' && trigger.auth === 'oauth') {
    const message = '"auth: oauth" is not available in this version: use token, or public';
    report.error({ path: ['trigger', 'auth'], code: 'not_available', message });
  }
};
