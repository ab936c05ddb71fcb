import examples from '@octokit/webhooks-examples';
import { sign } from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { eventsOf, NOW, post, send } from './posting.ts';
import { senderOf, SENDERS, signSlack } from './senders.ts';
import { SLACK_COMMAND } from './vectors.ts';

describe('Standard Webhooks', () => {
  const sender = senderOf('standard-webhooks');
  const signedNow = async () => sender.sign(sender.body, sender.secret, NOW);
  const sent = { kind: sender.kind, secrets: [sender.secret], body: sender.body };

  it('may have several signatures, some of versions that nobody knows', async () => {
    const headers = await signedNow();
    const signature = `v2,zzz v1,AAAA v1a,AAAA ${headers['webhook-signature']}`;

    expect(await post({ ...sent, headers: { ...headers, 'webhook-signature': signature } })).toMatchObject({
      outcome: 'events',
    });
  });

  it('takes the id that was signed, whatever other header there is', async () => {
    const svix = SENDERS.find(({ title }) => title === 'Svix');
    const headers = { ...(await svix?.sign(sender.body, sender.secret, NOW)), 'webhook-id': 'forged' };

    expect(eventsOf(await post({ ...sent, headers }))).toMatchObject([{ id: 'msg_01' }]);
  });

  it('refuses an id that takes a part of what follows', async () => {
    const { 'webhook-signature': signature = '', 'webhook-timestamp': time = '' } = await signedNow();
    const headers = {
      'webhook-id': `msg_01.${time}`,
      'webhook-timestamp': time,
      'webhook-signature': signature,
    };

    expect(await post({ ...sent, headers })).toMatchObject({ reason: 'bad_signature' });
  });

  it.each(['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_', 'whsec_no base64', 'whsk_6Xb/dCcHpPea21PS'])(
    'says that %s is no secret',
    (secret) => {
      expect(SOURCE_KINDS['standard-webhooks']?.secretProblem?.(secret, {})).toMatch(/whsec_/);
      expect(SOURCE_KINDS['standard-webhooks']?.secretProblem?.(sender.secret, {})).toBeNull();
    },
  );
});

describe('GitHub', () => {
  const secret = 'github-secret';
  const github = async (event: string, body: string, contentType = 'application/json') =>
    post({
      kind: 'github',
      secrets: [secret],
      headers: {
        'Content-Type': contentType,
        'X-GitHub-Event': event,
        'X-GitHub-Delivery': 'd-1',
        'X-Hub-Signature-256': await sign(secret, body),
      },
      body,
    });

  it('is understood in every one of its own examples', async () => {
    const bodies = examples.flatMap(({ name, examples: all }) =>
      all.map((example) => ({ name, body: JSON.stringify(example) })),
    );
    expect(bodies.length).toBeGreaterThan(300);

    for (const { name, body } of bodies) {
      const [event] = eventsOf(await github(name, body));
      expect(event).toMatchObject({ id: 'd-1', raw: body });
      expect(event?.fault).toBeUndefined();
      expect(event?.type.split('.')[0]).toBe(name);
    }
  });

  it('keeps a ping', async () => {
    expect(eventsOf(await github('ping', '{"zen":"Keep it logically awesome."}'))).toMatchObject([
      { type: 'ping', subject: null },
    ]);
  });

  it('may send a form, whose text is kept and whose payload is the data', async () => {
    const payload = { action: 'added', member: { login: 'lée' } };
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;

    expect(eventsOf(await github('member', body, 'application/x-www-form-urlencoded'))).toMatchObject([
      { type: 'member.added', subject: 'lée', raw: body, data: payload },
    ]);
  });
});

describe('Slack', () => {
  const { secret } = senderOf('slack');
  const slack = (body: string, contentType = 'application/json', key = secret) =>
    post({
      kind: 'slack',
      secrets: [secret],
      headers: { 'Content-Type': contentType, ...signSlack(body, key, NOW) },
      body,
    });
  const form = 'application/x-www-form-urlencoded';
  const verification = '{"token":"deprecated","challenge":"<i>synthetic</i>","type":"url_verification"}';

  it('is told its challenge as text', async () => {
    expect(await slack(verification)).toMatchObject({
      outcome: 'answered',
      response: {
        status: 200,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
        body: '<i>synthetic</i>',
      },
    });
  });

  it('is told nothing without its signature', async () => {
    expect(await slack(verification, 'application/json', 'other')).toMatchObject({ reason: 'bad_signature' });
  });

  it('may send slash commands', async () => {
    expect(eventsOf(await slack(SLACK_COMMAND, form))).toMatchObject([
      {
        id: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
        type: 'slash_command',
        subject: 'U2CERLKJA',
        time: NOW,
        raw: SLACK_COMMAND,
        data: { command: '/webhook-collect' },
      },
    ]);
  });

  it('may send what people click', async () => {
    const payload = { type: 'block_actions', trigger_id: 't1', user: { id: 'U1' } };
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;

    expect(eventsOf(await slack(body, form))).toMatchObject([
      { id: 't1', type: 'block_actions', subject: 'U1', data: payload },
    ]);
  });
});

describe('Stripe', () => {
  const stripe = senderOf('stripe');

  it('may send thin events', async () => {
    const body =
      '{"id":"evt_test_65","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","created":"2026-02-03T09:20:00.500Z","related_object":{"id":"mtr_1"}}';

    expect(eventsOf(await send({ ...stripe, body }))).toMatchObject([
      {
        id: 'evt_test_65',
        type: 'v1.billing.meter.error_report_triggered',
        subject: 'mtr_1',
        time: Date.parse('2026-02-03T09:20:00.500Z'),
      },
    ]);
  });

  it('signs with both secrets while one replaces the other', async () => {
    const sign = async (body: string, secret: string, at: number) => {
      const old = await stripe.sign(body, 'whsec_old', at);
      const next = await stripe.sign(body, secret, at);
      const both = `${old['Stripe-Signature']},${next['Stripe-Signature']?.split(',')[1]},v0=00`;
      return { 'Stripe-Signature': both };
    };

    expect(eventsOf(await send({ ...stripe, sign }))).toHaveLength(1);
  });
});
