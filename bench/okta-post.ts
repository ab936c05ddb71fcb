/** Posts of an event hook of Okta, ten events each, in the shape that Okta documents; what they say is made up. */
const EVENTS = 10;
export const SOURCE = 'bench';
/** No flow listens to it. */
export const QUIET_SOURCE = 'quiet';
export const SOURCE_SECRET = 'a-secret-of-the-benchmark-alone';
/** Stands where every post has another text: the ids of its events, and whom they are about. */
export const MARK = '@@@';

const event = (number: number) => ({
  uuid: `${MARK}-${number}`,
  published: '2026-11-24T09:15:04.120Z',
  eventType: 'user.lifecycle.deactivate',
  version: '0',
  severity: 'INFO',
  displayMessage: 'Deactivate Okta user',
  actor: { id: '00uADMIN0001', type: 'User', alternateId: 'ada.admin@example.com', displayName: 'Ada Admin' },
  client: {
    userAgent: { rawUserAgent: 'curl/8', os: 'Unknown', browser: 'UNKNOWN' },
    ipAddress: '198.51.100.7',
  },
  outcome: { result: 'SUCCESS', reason: null },
  target: [
    {
      id: `00u${MARK}${number}`,
      type: 'User',
      alternateId: `${MARK}.${number}@example.com`,
      displayName: 'Lee Leaver',
    },
  ],
  transaction: { type: 'WEB', id: `Z${MARK}`, detail: {} },
  debugContext: {
    debugData: { requestId: `Z${MARK}`, requestUri: '/api/v1/users/00uUSER0042/lifecycle/deactivate' },
  },
  authenticationContext: { authenticationStep: 0, externalSessionId: 'trsSYNTH01' },
});

export const EVENTS_A_POST = EVENTS;

export const OKTA_POST = JSON.stringify({
  eventType: 'com.okta.event_hook',
  eventTypeVersion: '1.0',
  cloudEventsVersion: '0.1',
  source: 'https://example.okta.com/api/v1/eventHooks/whoBENCH0001',
  eventId: MARK,
  eventTime: '2026-11-24T09:15:07.412Z',
  contentType: 'application/json',
  data: { events: Array.from({ length: EVENTS }, (_, number) => event(number)) },
});

/** Three pure steps for each of them. */
export const FLOW = `
trigger: { kind: event, source: ${SOURCE}, types: [user.lifecycle.*] }
steps:
  - id: login
    card: text.lowerCase
    with: { text: "\${{ event.data.target[type = 'User'].alternateId }}" }
  - id: line
    card: text.compose
    with:
      template: "{{login}} left, says {{actor}}"
      values: { login: "\${{ steps.login.text }}", actor: "\${{ event.data.actor.displayName }}" }
  - id: size
    card: text.length
    with: { text: "\${{ steps.line.text }}" }
`;
