/** What single senders do besides signing: handshakes, batches that prove each item, tokens, every body they may send. */
import examples from '@octokit/webhooks-examples';
import { sign as signGitHub } from '@octokit/webhooks-methods';
import { verifySlackRequest } from 'slack-edge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signSlack } from '../sources/senders.ts';
import {
  makeKey,
  signed,
  type SigningKey,
  startTransmitter,
  type Transmitter,
} from '../sources/transmitter.ts';
import { endAll, scratch, type Scratch } from './installation.ts';
import { type Reach, startListening } from './reach.ts';

const JSON_BODY = { 'Content-Type': 'application/json' };

let place: Scratch;
let sluice: Reach;
let transmitter: Transmitter;
let key: SigningKey;
beforeAll(async () => {
  key = await makeKey('k1');
  transmitter = await startTransmitter(key);
  place = scratch();
  ({ sluice } = await startListening(place, ['okta', 'slack', 'github', 'entra', 'tokens', 'asking']));
}, 120_000);
afterAll(async () => {
  endAll();
  place.remove();
  await transmitter.close();
});

/** What the run that an event started returned. */
const seenBy = async (source: string): Promise<object | undefined> => {
  const [event] = await sluice.closed(source, 1);
  const { outputs } = await sluice.ended(event?.verdicts[0]?.run ?? '');
  return outputs?.event;
};

describe('Okta', { timeout: 60_000 }, () => {
  it('is told its challenge before anything else, and then sends with the secret that was made for it', async () => {
    const { secret } = await sluice.addSource('okta', { kind: 'okta' });

    const verified = await sluice.post('okta', {
      method: 'GET',
      headers: { 'X-Okta-Verification-Challenge': 'synthetic-challenge' },
    });
    expect([verified.status, await verified.json()]).toEqual([200, { verification: 'synthetic-challenge' }]);

    const event = { uuid: 'u1', published: '2026-02-03T09:15:04.120Z', eventType: 'user.session.start' };
    const posted = await sluice.post('okta', {
      headers: { ...JSON_BODY, Authorization: secret ?? '' },
      body: JSON.stringify({ data: { events: [event] } }),
    });
    expect([posted.status, await posted.text()]).toEqual([200, '']);
    expect(await seenBy('okta')).toMatchObject({ id: 'u1', type: event.eventType, data: event });
  });
});

describe('Slack', { timeout: 60_000 }, () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const post = async (body: string, key: string, type = 'application/json'): Promise<Response> => {
    const headers = { 'Content-Type': type, ...signSlack(body, key, Date.now()) };
    const request = new Request('https://sluice.example', { method: 'POST', headers, body });
    // Slack publishes no signer: that this one signs as Slack does is said by the verifier.
    expect(await verifySlackRequest(key, request.headers, body)).toBe(true);
    return sluice.post('slack', { headers, body });
  };
  const verification = '{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}';

  it('is told its challenge, if it has signed it', async () => {
    await sluice.addSource('slack', { kind: 'slack', secret });

    const answer = await post(verification, secret);
    expect([answer.status, await answer.text()]).toEqual([200, '3eZbrw1aB']);
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);

    expect((await post(verification, 'another secret')).status).toBe(401);
    expect(await sluice.eventsOf('slack')).toEqual([]);
  });

  it('sends commands as forms', async () => {
    const form = 'command=%2Fonboard&text=Nia+New&user_id=U1&trigger_id=1.2.a';

    const answer = await post(form, secret, 'application/x-www-form-urlencoded');

    expect(answer.status).toBe(200);
    const data = { command: '/onboard', text: 'Nia New', user_id: 'U1', trigger_id: '1.2.a' };
    expect(await seenBy('slack')).toMatchObject({ type: 'slash_command', subject: 'U1', raw: form, data });
  });
});

describe('GitHub', { timeout: 120_000 }, () => {
  it('sends every body of its own examples, and each starts a run', async () => {
    const { secret } = await sluice.addSource('github', { kind: 'github' });
    const deliveries = examples.flatMap(({ name, examples: bodies }) =>
      bodies.map((body, at) => ({ name, id: `${name}-${at}`, body: JSON.stringify(body) })),
    );
    const waiting = [...deliveries];
    const statuses: number[] = [];
    const send = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const signature = await signGitHub(secret ?? '', next.body);
        const headers = {
          ...JSON_BODY,
          'X-GitHub-Event': next.name,
          'X-GitHub-Delivery': next.id,
          'X-Hub-Signature-256': signature,
        };
        statuses.push((await sluice.post('github', { headers, body: next.body })).status);
      }
    };

    await Promise.all(Array.from({ length: 4 }, send));

    expect(new Set(statuses)).toEqual(new Set([202]));
    const events = await sluice.closed('github', deliveries.length);
    expect(new Set(events.map(({ sourceId }) => sourceId))).toEqual(new Set(deliveries.map(({ id }) => id)));
    const verdicts = events.flatMap((event) => event.verdicts.map(({ verdict }) => verdict));
    expect(verdicts).toEqual(Array(deliveries.length).fill('started'));
  });
});

describe('Microsoft Graph', { timeout: 60_000 }, () => {
  const item = (clientState: string | null) => ({
    id: 'lsSYNTH1',
    subscriptionId: '5b1f0000-0000-4000-8000-000000000001',
    clientState,
    changeType: 'updated',
    resource: 'Users/7d1e',
    resourceData: { '@odata.type': '#Microsoft.Graph.User', id: '7d1e' },
  });
  const notify = (...states: readonly (string | null)[]): Promise<Response> =>
    sluice.post('entra', { headers: JSON_BODY, body: JSON.stringify({ value: states.map(item) }) });

  it('asks first, and gets its token back as text', async () => {
    await sluice.addSource('entra', { kind: 'entra', secret: 'our-client-state' });

    const answer = await sluice.post('entra?validationToken=Validation%3A+a%2Bb', {
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    });

    expect([answer.status, await answer.text()]).toEqual([200, 'Validation: a+b']);
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/);
  });

  it('is thanked for what is not ours as well, which leaves no trace', async () => {
    const answers = [await notify('another-state'), await notify(null), await notify()];

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await sluice.eventsOf('entra')).toEqual([]);
  });

  it('notifies, twice as it may, and flows see what changed but not the secret', async () => {
    const answer = await notify('our-client-state');
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect((await notify('our-client-state')).status).toBe(202);

    const seen = await seenBy('entra');
    expect(seen).toMatchObject({ id: 'lsSYNTH1', type: 'user.updated', subject: '7d1e' });
    expect(seen).toMatchObject({ data: { clientState: '******' } });
    expect(JSON.stringify(seen)).not.toContain('our-client-state');
    expect(await sluice.eventsOf('entra')).toHaveLength(1);
  });
});

describe('a sender with tokens of its own', { timeout: 60_000 }, () => {
  const claims = { iss: 'https://hr.acme.example', aud: 'sluice' };
  const post = (token: string): Promise<Response> =>
    sluice.post('tokens', { headers: { ...JSON_BODY, Authorization: `Bearer ${token}` }, body: '{"n":1}' });
  const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const inTime = () => ({ ...claims, exp: Math.floor(Date.now() / 1_000) + 60 });

  it('is refused with a token of another key, for others, expired, unsigned, or none', async () => {
    const auth = {
      scheme: 'jwt',
      jwksUrl: transmitter.jwksUrl,
      issuer: claims.iss,
      audience: claims.aud,
    };
    await sluice.addSource('tokens', { kind: 'generic', settings: { auth } });
    const stranger = await makeKey('k1');
    const tokens = [
      await signed(inTime(), stranger),
      await signed({ ...inTime(), aud: 'others' }, key),
      await signed({ ...claims, exp: 1_770_000_000 }, key),
      `${base64url({ alg: 'none' })}.${base64url(inTime())}.`,
      'no token at all',
    ];

    for (const token of tokens) expect([token, (await post(token)).status]).toEqual([token, 401]);
    expect(await sluice.eventsOf('tokens')).toEqual([]);
  });

  it('is let in with its own', async () => {
    expect((await post(await signed(inTime(), key))).status).toBe(202);
    expect(await seenBy('tokens')).toMatchObject({ type: 'received', data: { n: 1 } });
  });
});

describe('a sender that asks in its own way', { timeout: 60_000 }, () => {
  it('is answered as the settings say, and sends without a proof where somebody asked for it', async () => {
    const challenge = { in: 'query', name: 'hub.challenge', member: 'echo' };
    const settings = { auth: { scheme: 'none' }, challenge, type: 'kind', status: 204 };
    await sluice.addSource('asking', { kind: 'generic', settings });

    const asked = await sluice.post('asking?hub.challenge=a%26b', { method: 'GET' });
    expect([asked.status, await asked.json()]).toEqual([200, { echo: 'a&b' }]);

    const posted = await sluice.post('asking', { headers: JSON_BODY, body: '{"kind":"paid"}' });
    expect([posted.status, await posted.text()]).toEqual([204, '']);
    expect(await seenBy('asking')).toMatchObject({ type: 'paid' });
  });
});
