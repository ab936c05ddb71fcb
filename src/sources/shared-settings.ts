/** Settings that a source may have whatever its kind; the kinds know only their own. */
import * as z from 'zod';
import { isObject, type JsonObject } from '../domain/json.ts';

/** Where the history of a source is read that its posts may have missed. */
export const Backfill = z.strictObject({
  connection: z.string().min(1).describe('the connection to the organisation; its scope is okta.logs.read'),
  filter: z.string().min(1).max(2_000).optional().describe('in Okta’s words: eventType sw "user.lifecycle"'),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('where to begin; when the source was made unless given'),
});
export type Backfill = z.output<typeof Backfill>;

const ownActors = z
  .array(z.string().min(1).max(255))
  .max(100)
  .optional()
  .describe('API tokens or clients of our own connections: events that they cause start nothing by default');

const FOR_ALL = z.strictObject({ ownActors });
const FOR_OKTA = FOR_ALL.extend({ backfill: Backfill.optional() });
const NAMES = Object.keys(FOR_OKTA.shape);

/** Only Okta's System Log is read. */
export const sharedSettings = (kind: string): typeof FOR_ALL => (kind === 'okta' ? FOR_OKTA : FOR_ALL);

/** What the kind itself knows of a source's settings, and the rest. */
export const splitSettings = (
  settings: JsonObject,
): { readonly own: JsonObject; readonly shared: JsonObject } => {
  const entries = Object.entries(settings);
  return {
    own: Object.fromEntries(entries.filter(([name]) => !NAMES.includes(name))),
    shared: Object.fromEntries(entries.filter(([name]) => NAMES.includes(name))),
  };
};

/** The backfill of a source, undefined when it has none. Its settings were checked when they were saved. */
export const backfillOf = (settings: unknown): Backfill | undefined => {
  const parsed = Backfill.safeParse(isObject(settings) ? settings.backfill : undefined);
  return parsed.success ? parsed.data : undefined;
};
