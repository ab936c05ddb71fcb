/** An event as Okta's System Log writes it, in the shape that flows read: CloudEvents attributes, `data` and `raw`. */
import type { Envelope } from '../domain/event.ts';
import type { EventTrigger } from '../domain/flow.ts';

const USUAL = 'group.user_membership.add';

/** A type that the trigger asks for: its first, or one that its pattern fits. */
const typeFor = ({ types }: EventTrigger): string => {
  const [first = USUAL] = types;
  if (!first.endsWith('*')) return first;
  const stem = first.slice(0, -1);
  return USUAL.startsWith(stem) ? USUAL : `${stem.replace(/\.$/, '')}.sample`;
};

const actor = {
  id: '00u1adminSAMPLE',
  type: 'User',
  alternateId: 'ada.admin@example.com',
  displayName: 'Ada Admin',
};
const target = [
  { id: '00u2userSAMPLE', type: 'User', alternateId: 'sam.sample@example.com', displayName: 'Sam Sample' },
  { id: '00g3groupSAMPLE', type: 'UserGroup', alternateId: 'unknown', displayName: 'Sales' },
];

export const oktaEvent = (trigger: EventTrigger, now: number): Envelope => {
  const type = typeFor(trigger);
  const time = new Date(now).toISOString();
  const data = {
    uuid: '1f2e3d4c-00aa-11f1-8a3b-0242ac120002',
    published: time,
    eventType: type,
    version: '0',
    severity: 'INFO',
    displayMessage: 'Sample event',
    actor,
    client: {
      ipAddress: '198.51.100.7',
      userAgent: { rawUserAgent: 'Mozilla/5.0', os: 'Linux', browser: 'FIREFOX' },
    },
    outcome: { result: 'SUCCESS', reason: null },
    target,
    transaction: { type: 'WEB', id: 'ZsampleTransaction', detail: {} },
    authenticationContext: { externalSessionId: 'trsSAMPLE', authenticationStep: 0 },
    debugContext: { debugData: { requestId: 'ZsampleTransaction' } },
  };
  return {
    specversion: '1.0',
    id: data.uuid,
    source: trigger.source,
    type,
    subject: 'sam.sample@example.com',
    time,
    data,
    raw: JSON.stringify(data),
  };
};
