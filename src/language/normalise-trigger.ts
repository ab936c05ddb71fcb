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
export const checkAvailable = ({ trigger }: Flow, report: Report): void => {
  if (trigger.kind === 'delegated') {
    const message =
      'Triggers of kind "delegated" are kept and can be run by hand; nothing fires them in this version';
    report.warn({ path: ['trigger', 'kind'], code: 'not_fired', message });
  }
  if (trigger.kind === 'api' && trigger.auth === 'oauth') {
    const message = '"auth: oauth" is not available in this version: use token, or public';
    report.error({ path: ['trigger', 'auth'], code: 'not_available', message });
  }
};
