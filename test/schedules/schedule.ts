/** A schedule trigger of which a test says only what it is about. */
import type { Every, ScheduleTrigger } from '../../src/domain/schedule.ts';

export type Form = { readonly cron: string } | { readonly every: Every } | { readonly at: string };

export const schedule = (form: Form, more: Partial<Omit<ScheduleTrigger, 'kind'>> = {}): ScheduleTrigger => ({
  kind: 'schedule',
  timezone: 'Europe/Berlin',
  overlap: 'skip',
  missed: 'last',
  missedWindowMs: 21_600_000,
  spreadMs: 0,
  gap: 'next',
  fold: 'first',
  ...more,
  ...form,
});
