/** Signatures that were published with their secrets, or made with the sender's own library: nothing of ours is in them. */
import type { Posted } from './posting.ts';

/** Slack, "Verifying requests from Slack": a slash command. */
export const SLACK_COMMAND =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

const STANDARD = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
};
const VENDOR_BODY =
  '{"id":"event_01","event":"dsync.user.created","data":{"id":"directory_user_01"},"created_at":"2026-01-05T10:00:00.000Z"}';

/** Bodies that are no JSON object come through a generic source; the signature is what counts. */
const webSub = (header: string): Pick<Posted, 'kind' | 'settings'> => ({
  kind: 'generic',
  settings: { auth: { scheme: 'hmac', header, prefix: 'sha256=' }, body: 'ndjson' },
});

export interface Vector extends Posted {
  readonly title: string;
  /** whether the body is an event too; else only its signature is right */
  readonly readable: boolean;
}

export const VECTORS: readonly Vector[] = [
  {
    title: 'GitHub, docs.github.com',
    ...webSub('X-Hub-Signature-256'),
    secrets: ["It's a Secret to Everybody"],
    headers: {
      'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    body: 'Hello, World!',
    readable: false,
  },
  {
    title: 'GitHub, octokit',
    kind: 'github',
    secrets: ['mysecret'],
    headers: {
      'X-GitHub-Event': 'ping',
      'X-Hub-Signature-256': 'sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3',
    },
    body: '{"foo":"bar"}',
    readable: true,
  },
  {
    title: 'WebSub, as Jira and Bitbucket sign',
    ...webSub('X-Hub-Signature'),
    secrets: ["It's a Secret to Everybody"],
    headers: { 'X-Hub-Signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9' },
    body: 'Hello World!',
    readable: false,
  },
  {
    title: 'Slack, api.slack.com',
    kind: 'slack',
    secrets: ['8f742231b10e8888abcd99yyyzzz85a5'],
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    body: SLACK_COMMAND,
    now: 1_531_420_618_000,
    readable: true,
  },
  {
    title: 'Standard Webhooks v1',
    kind: 'standard-webhooks',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    headers: { ...STANDARD, 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' },
    body: '{"test": 2432232314}',
    now: 1_614_265_330_000,
    readable: true,
  },
  {
    title: 'Standard Webhooks v1a (Ed25519)',
    kind: 'standard-webhooks',
    secrets: ['whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='],
    headers: {
      ...STANDARD,
      'webhook-signature':
        'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    },
    body: '{"test": 2432232314}',
    now: 1_614_265_330_000,
    readable: true,
  },
  {
    title: 'WorkOS',
    kind: 'workos',
    secrets: ['whsec_test'],
    headers: {
      'WorkOS-Signature':
        't=1767607200000, v1=580455d50c81c70a05ce55e33d22bb087cebbf24ddef9406bd36b71d242c7312',
    },
    body: VENDOR_BODY,
    now: 1_767_607_200_000,
    readable: true,
  },
  {
    title: 'Stripe',
    kind: 'stripe',
    secrets: ['whsec_test'],
    headers: {
      'Stripe-Signature': 't=1767607200,v1=4798f0be2ae06d909dcdbb94a1c932375a729f7b6df84d59b34fbb73f3109988',
    },
    body: VENDOR_BODY,
    now: 1_767_607_200_000,
    readable: true,
  },
  {
    title: 'Zoom, by a template',
    kind: 'generic',
    settings: {
      auth: {
        scheme: 'hmac',
        header: 'x-zm-signature',
        prefix: 'v0=',
        template: 'v0:{timestamp}:{body}',
        time: { header: 'x-zm-request-timestamp' },
      },
    },
    secrets: ['zoomsecret'],
    headers: {
      'x-zm-request-timestamp': '1767607200',
      'x-zm-signature': 'v0=5c64be64830099fd86e8a57b9ad67858e80d598ecc3715bd54a3ddaa1823086a',
    },
    body: '{"event":"endpoint.url_validation","payload":{"plainToken":"plain-1"},"event_ts":1767607200000}',
    now: 1_767_607_200_000,
    readable: true,
  },
  {
    title: 'Keycloak',
    kind: 'keycloak',
    secrets: ['A3jt6D8lz'],
    headers: {
      'X-Keycloak-Signature': '3049df2d4afc79a40c1a82f0818292504cb9dd47f7a440dad9eac71fa73eddd8',
    },
    body: '{"id":"e1"}',
    readable: true,
  },
];
