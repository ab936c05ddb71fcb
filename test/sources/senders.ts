/** A sample of every kind of source, signed by the sender's own library where there is one. Invented people throughout. */
import { sign as signGitHub } from '@octokit/webhooks-methods';
import { WorkOS } from '@workos-inc/node';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import type { JsonObject } from '../../src/domain/json.ts';
import type { FoundEvent } from '../../src/domain/event.ts';

type Headers = Readonly<Record<string, string>>;

export interface Sender {
  readonly title: string;
  readonly kind: string;
  readonly settings: JsonObject;
  readonly secret: string;
  readonly otherSecret: string;
  readonly contentType: string;
  readonly body: string;
  /** what the sender sends along; `at` in ms */
  readonly sign: (body: string, secret: string, at: number) => Headers | Promise<Headers>;
  /** without it nothing is proved */
  readonly proofHeader: string;
  /** whether the body is part of the proof, and the time */
  readonly covers: { readonly body: boolean; readonly time: boolean };
  readonly accepted: number;
  readonly events: readonly Partial<FoundEvent>[];
}

const oktaEvent = (uuid: string, type: string): JsonObject => ({
  uuid,
  published: '2026-02-03T09:15:04.120Z',
  eventType: type,
  version: '0',
  severity: 'INFO',
  actor: { id: '00uADMIN0001', type: 'User', alternateId: 'ada.admin@acme.example' },
  outcome: { result: 'SUCCESS', reason: null },
  target: [
    { id: '00gSALES', type: 'UserGroup', alternateId: 'unknown', displayName: 'Sales' },
    { id: '00uUSER0042', type: 'User', alternateId: 'lee.leaver@acme.example', displayName: 'Lee Leaver' },
  ],
  transaction: { type: 'WEB', id: 'ZSYNTHtx0001', detail: { requestApiTokenId: '00TSYNTH01' } },
});

export const oktaBody = (...events: readonly JsonObject[]): string =>
  JSON.stringify({
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    source: 'https://acme-test.okta.example/api/v1/eventHooks/whoSYNTH0001',
    eventId: '6b0a2c52-9d5e-4b0e-8b0f-0c7a3a1f0001',
    data: { events },
    eventTime: '2026-02-03T09:15:07.412Z',
    contentType: 'application/json',
  });

const hmac = (
  algorithm: string,
  secret: string,
  message: string,
  encoding: 'hex' | 'base64' = 'hex',
): string => createHmac(algorithm, secret).update(message).digest(encoding);
const seconds = (at: number): string => String(Math.floor(at / 1_000));

const okta: Sender = {
  title: 'Okta event hook',
  kind: 'okta',
  settings: {},
  secret: 'an-okta-secret',
  otherSecret: 'another-secret',
  contentType: 'application/json',
  body: oktaBody(
    oktaEvent('1f2e-01', 'user.lifecycle.deactivate'),
    oktaEvent('1f2e-02', 'group.user_membership.add'),
  ),
  sign: (_, secret) => ({ Authorization: secret }),
  proofHeader: 'Authorization',
  covers: { body: false, time: false },
  accepted: 200,
  events: [
    {
      id: '1f2e-01',
      type: 'user.lifecycle.deactivate',
      subject: 'lee.leaver@acme.example',
      time: Date.parse('2026-02-03T09:15:04.120Z'),
      actor: '00TSYNTH01',
    },
    { id: '1f2e-02', type: 'group.user_membership.add' },
  ],
};

const auth0Event: Sender = {
  title: 'Auth0 event stream',
  kind: 'auth0',
  settings: {},
  secret: 'token-we-chose',
  otherSecret: 'token-of-others',
  contentType: 'application/cloudevents+json',
  body: '{"id":"evt_SYNTH01","source":"urn:auth0:acme-test","specversion":"1.0","type":"user.created","time":"2026-02-03T09:20:00.010Z","a0tenant":"acme-test","a0stream":"est_SYNTH","data":{"object":{"user_id":"auth0|u-42","email":"nia.new@acme.example"}}}',
  sign: (_, secret) => ({ Authorization: `Bearer ${secret}` }),
  proofHeader: 'Authorization',
  covers: { body: false, time: false },
  accepted: 204,
  events: [
    {
      id: 'evt_SYNTH01',
      type: 'user.created',
      subject: 'auth0|u-42',
      time: Date.parse('2026-02-03T09:20:00.010Z'),
      attributes: { a0tenant: 'acme-test', a0stream: 'est_SYNTH' },
    },
  ],
};

const auth0Log: Sender = {
  ...auth0Event,
  title: 'Auth0 log stream',
  contentType: 'application/json',
  body: '[{"log_id":"90020260203100000000000001","data":{"date":"2026-02-03T10:00:00.000Z","type":"fp","description":"Wrong password","client_id":"cli1","user_id":"auth0|u-42"}}]',
  sign: (_, secret) => ({ Authorization: secret }),
  events: [
    {
      id: '90020260203100000000000001',
      type: 'log.fp',
      subject: 'auth0|u-42',
      time: Date.parse('2026-02-03T10:00:00.000Z'),
      actor: 'cli1',
    },
  ],
};

const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const standard: Sender = {
  title: 'Standard Webhooks',
  kind: 'standard-webhooks',
  settings: {},
  secret: WEBHOOK_SECRET,
  otherSecret: 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX',
  contentType: 'application/json',
  body: '{"type":"user.created","timestamp":"2026-02-03T09:30:00Z","data":{"id":"user_SYNTH"}}',
  sign: (body, secret, at) => ({
    'webhook-id': 'msg_01',
    'webhook-timestamp': seconds(at),
    'webhook-signature': new Webhook(secret).sign('msg_01', new Date(at), body),
  }),
  proofHeader: 'webhook-signature',
  covers: { body: true, time: true },
  accepted: 204,
  events: [
    { id: 'msg_01', type: 'user.created', subject: 'user_SYNTH', time: Date.parse('2026-02-03T09:30:00Z') },
  ],
};

const svix: Sender = {
  ...standard,
  title: 'Svix',
  sign: (body, secret, at) => ({
    'svix-id': 'msg_01',
    'svix-timestamp': seconds(at),
    'svix-signature': new SvixWebhook(secret).sign('msg_01', new Date(at), body),
  }),
  proofHeader: 'svix-signature',
};

const github: Sender = {
  title: 'GitHub',
  kind: 'github',
  settings: {},
  secret: 'mysecret',
  otherSecret: 'yoursecret',
  contentType: 'application/json',
  body: '{"action":"member_removed","membership":{"user":{"login":"lee-acme","id":4242},"role":"member","state":"active"},"organization":{"login":"acme-test","id":99},"sender":{"login":"ada-acme","id":1}}',
  sign: async (body, secret) => ({
    'X-GitHub-Event': 'organization',
    'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'X-Hub-Signature-256': await signGitHub(secret, body),
  }),
  proofHeader: 'X-Hub-Signature-256',
  covers: { body: true, time: false },
  accepted: 202,
  events: [
    {
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      type: 'organization.member_removed',
      subject: 'lee-acme',
      time: null,
      actor: 'ada-acme',
    },
  ],
};

export const signSlack = (body: string, secret: string, at: number): Headers => ({
  'X-Slack-Request-Timestamp': seconds(at),
  'X-Slack-Signature': `v0=${hmac('sha256', secret, `v0:${seconds(at)}:${body}`)}`,
});

const slack: Sender = {
  title: 'Slack',
  kind: 'slack',
  settings: {},
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  otherSecret: '00000000000000000000000000000000',
  contentType: 'application/json',
  body: '{"token":"deprecated","team_id":"T0SYNTH","api_app_id":"A0SYNTH","event":{"type":"team_join","user":{"id":"U0SYNTH","profile":{"email":"nia.new@acme.example"}},"event_ts":"1770110400.000100"},"type":"event_callback","event_id":"Ev0SYNTH","event_time":1770110400}',
  sign: signSlack,
  proofHeader: 'X-Slack-Signature',
  covers: { body: true, time: true },
  accepted: 200,
  events: [{ id: 'Ev0SYNTH', type: 'team_join', subject: 'U0SYNTH', time: 1_770_110_400_000 }],
};

const stripeLibrary = new Stripe('sk_test_SYNTH');
const stripe: Sender = {
  title: 'Stripe',
  kind: 'stripe',
  settings: {},
  secret: 'whsec_test',
  otherSecret: 'whsec_other',
  contentType: 'application/json; charset=utf-8',
  body: '{"id":"evt_SYNTH","object":"event","type":"customer.updated","created":1770110400,"livemode":false,"data":{"object":{"id":"cus_1","object":"customer","email":"nia.new@acme.example"}}}',
  sign: (payload, secret, at) => ({
    'Stripe-Signature': stripeLibrary.webhooks.generateTestHeaderString({
      payload,
      secret,
      timestamp: Math.floor(at / 1_000),
    }),
  }),
  proofHeader: 'Stripe-Signature',
  covers: { body: true, time: true },
  accepted: 200,
  events: [{ id: 'evt_SYNTH', type: 'customer.updated', subject: 'cus_1', time: 1_770_110_400_000 }],
};

const workosLibrary = new WorkOS('sk_test_SYNTH');
const workos: Sender = {
  title: 'WorkOS',
  kind: 'workos',
  settings: {},
  secret: 'a-workos-secret',
  otherSecret: 'b-workos-secret',
  contentType: 'application/json',
  body: '{"id":"event_SYNTH1","event":"dsync.group.user_added","created_at":"2026-02-03T10:01:00.000Z","data":{"directory_id":"directory_1","user":{"id":"directory_user_1"},"group":{"id":"directory_group_1"}}}',
  sign: async (body, secret, at) => {
    // Private in its types, and the only signer that WorkOS publishes. It signs what `JSON.stringify` gives.
    const signature = await workosLibrary.webhooks['computeSignature'](at, JSON.parse(body), secret);
    return { 'WorkOS-Signature': `t=${at}, v1=${signature}` };
  },
  proofHeader: 'WorkOS-Signature',
  covers: { body: true, time: true },
  accepted: 200,
  events: [
    {
      id: 'event_SYNTH1',
      type: 'dsync.group.user_added',
      subject: 'directory_user_1',
      time: Date.parse('2026-02-03T10:01:00.000Z'),
    },
  ],
};

const keycloak: Sender = {
  title: 'Keycloak, signed',
  kind: 'keycloak',
  settings: {},
  secret: 'A3jt6D8lz',
  otherSecret: 'A3jt6D8lx',
  contentType: 'application/json',
  body: '{"id":"0d3c1c1e-0000-4000-8000-000000000001","uid":"f1a2","type":"admin.USER-UPDATE","time":1770110000123,"realmId":"acme","resourceType":"USER","operationType":"UPDATE","resourcePath":"users/7d1e0000-0000-4000-8000-000000000042","representation":"{\\"enabled\\":false}","authDetails":{"realmId":"acme","clientId":"admin-cli","userId":"adm-1"}}',
  sign: (body, secret) => ({ 'X-Keycloak-Signature': hmac('sha256', secret, body) }),
  proofHeader: 'X-Keycloak-Signature',
  covers: { body: true, time: false },
  accepted: 200,
  events: [
    {
      id: '0d3c1c1e-0000-4000-8000-000000000001',
      type: 'admin.USER-UPDATE',
      subject: '7d1e0000-0000-4000-8000-000000000042',
      time: 1_770_110_000_123,
      actor: 'admin-cli',
    },
  ],
};

const keycloakSha1: Sender = {
  ...keycloak,
  title: 'Keycloak, signed with SHA-1',
  settings: { auth: 'hmac', algorithm: 'sha1' },
  sign: (body, secret) => ({ 'X-Keycloak-Signature': hmac('sha1', secret, body) }),
};

const genericHeader: Sender = {
  title: 'generic, static header',
  kind: 'generic',
  settings: { auth: { scheme: 'header', header: 'X-Hook-Secret' }, body: 'array', list: 'batch.items' },
  secret: 'over the wire',
  otherSecret: 'over the water',
  contentType: 'application/json',
  body: '{"batch":{"items":[{"n":1},\n {"n":2}]}}',
  sign: (_, secret) => ({ 'X-Hook-Secret': secret }),
  proofHeader: 'X-Hook-Secret',
  covers: { body: false, time: false },
  accepted: 202,
  events: [
    { id: null, type: 'received', raw: '{"n":1}' },
    { id: null, type: 'received', raw: '{"n":2}' },
  ],
};

const genericBasic: Sender = {
  ...genericHeader,
  title: 'generic, basic authentication',
  settings: { auth: { scheme: 'basic', username: 'workday' }, body: 'ndjson', status: 204 },
  secret: 'pä:ss',
  contentType: 'application/x-ndjson',
  body: '{"n":1}\r\n\r\n{"n":2}\n',
  sign: (_, secret) => ({ Authorization: `Basic ${Buffer.from(`workday:${secret}`).toString('base64')}` }),
  proofHeader: 'Authorization',
  accepted: 204,
};

const genericHmac: Sender = {
  ...genericHeader,
  title: 'generic, HMAC by template',
  settings: {
    auth: {
      scheme: 'hmac',
      header: 'X-Signature',
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: 'h1:',
      template: '{id}|{timestamp}|{body}|end',
      time: { header: 'X-Sent-At', unit: 'ms', tolerance: '2m' },
      idHeader: 'X-Id',
    },
    body: 'form',
    id: { header: 'X-Id' },
  },
  contentType: 'application/x-www-form-urlencoded',
  body: 'user=lee&group=a&group=b',
  sign: (body, secret, at) => ({
    'X-Id': 'q-1',
    'X-Sent-At': String(at),
    'X-Signature': `h1:${hmac('sha512', secret, `q-1|${at}|${body}|end`, 'base64')}`,
  }),
  proofHeader: 'X-Signature',
  covers: { body: true, time: true },
  events: [
    {
      id: 'q-1',
      type: 'received',
      raw: 'user=lee&group=a&group=b',
      data: { user: 'lee', group: ['a', 'b'] },
    },
  ],
};

export const SENDERS: readonly Sender[] = [
  okta,
  auth0Event,
  auth0Log,
  standard,
  svix,
  github,
  slack,
  stripe,
  workos,
  keycloak,
  keycloakSha1,
  genericHeader,
  genericBasic,
  genericHmac,
];

export const senderOf = (kind: string): Sender => {
  const sender = SENDERS.find((one) => one.kind === kind);
  if (sender === undefined) throw new Error(`There is no sample of ${kind}`);
  return sender;
};
