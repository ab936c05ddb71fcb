import { verify as verifyGitHub } from '@octokit/webhooks-methods';
import { verifySlackRequest } from 'slack-edge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { eventsOf, NOW, send } from './posting.ts';
import { type Sender, senderOf, SENDERS, signSlack } from './senders.ts';

afterEach(() => vi.useRealTimers());

const HOUR = 3_600_000;
const TOLD = { status: 401 };

/** One byte of the body is another one, and it is JSON or a form nevertheless. */
const changed = (body: string): string =>
  body.replace(/[a-z](?=[^a-z]*$)/, (last) => (last === 'x' ? 'y' : 'x'));

const named = (senders: readonly Sender[]) => senders.map((sender) => [sender.title, sender] as const);

describe.each(named(SENDERS))('%s', (_, sender) => {
  it('is accepted with what its events say', async () => {
    const received = await send(sender);

    expect(received).toMatchObject({ outcome: 'events', response: { status: sender.accepted, body: null } });
    expect(eventsOf(received)).toMatchObject(sender.events);
    expect(eventsOf(received)).toHaveLength(sender.events.length);
  });

  it('keeps the exact text of every event', async () => {
    for (const { raw, data } of eventsOf(await send(sender))) {
      expect(sender.body).toContain(raw);
      if (data === undefined) expect(() => void JSON.parse(raw)).not.toThrow();
    }
  });

  it('is the same when it comes a second time', async () => {
    expect(await send(sender, { age: 1_000 })).toEqual(await send(sender));
  });

  it('is accepted with either of two secrets', async () => {
    expect(await send(sender, { secrets: [sender.otherSecret, sender.secret] })).toEqual(await send(sender));
    expect(await send(sender, { secrets: [sender.secret, sender.otherSecret] })).toEqual(await send(sender));
  });

  it('is refused when another key signed it', async () => {
    const received = await send(sender, { secrets: [sender.otherSecret] });

    expect(received).toMatchObject({ outcome: 'refused', reason: 'bad_signature', response: TOLD });
  });

  it('is refused without any one of the headers that prove it', async () => {
    const received = await send(sender, { without: sender.proofHeader });
    expect(received).toMatchObject({ outcome: 'refused', reason: 'no_signature', response: TOLD });

    const signed = await sender.sign(sender.body, sender.secret, NOW);
    for (const name of Object.keys(signed)) {
      if (name.startsWith('X-GitHub')) continue; // says what it is, and proves nothing
      expect(await send(sender, { without: name })).toMatchObject({ outcome: 'refused' });
    }
  });

  it.each([[[]], [['']], [[' ']]])('is asked to come again while the secrets are %j', async (secrets) => {
    const received = await send(sender, { secrets });

    expect(received).toMatchObject({
      outcome: 'refused',
      reason: 'no_secret',
      response: { status: 503, headers: { 'Retry-After': '5' } },
    });
  });
});

describe('who signs the body', () => {
  it.each(named(SENDERS.filter(({ covers }) => covers.body)))(
    '%s: is refused when one byte of it is another',
    async (_, sender) => {
      const body = changed(sender.body);
      expect(body).not.toBe(sender.body);

      expect(await send(sender, { body })).toMatchObject({ outcome: 'refused', reason: 'bad_signature' });
    },
  );
});

describe('who signs the time', () => {
  it.each(named(SENDERS.filter(({ covers }) => covers.time)))(
    '%s: is refused an hour after it was signed, and an hour before',
    async (_, sender) => {
      expect(await send(sender, { age: HOUR })).toMatchObject({ outcome: 'refused', reason: 'too_old' });
      expect(await send(sender, { age: -HOUR })).toMatchObject({ outcome: 'refused', reason: 'too_old' });
    },
  );
});

describe('every kind of source', () => {
  const kinds = Object.entries(SOURCE_KINDS);

  it.each(kinds)('%s says what it is and how it is set up', (_, kind) => {
    expect(kind.title).not.toBe('');
    expect(kind.doc).toMatch(/\.$/);
    expect(kind.setup).toMatch(/\.$/);
    expect(kind.unavailable).toMatchObject({ status: 503 });
  });

  it.each(SENDERS.map(({ kind, settings, title }) => [title, kind, settings] as const))(
    '%s: settings are read alike when they come back from where they are kept',
    (_, kind, settings) => {
      const read = SOURCE_KINDS[kind]?.settings.parse(settings);

      expect(SOURCE_KINDS[kind]?.settings.parse(JSON.parse(JSON.stringify(read)))).toEqual(read);
    },
  );
});

describe('the senders’ own verifiers agree with ours', () => {
  const body = '{"type":"event_callback","event_id":"Ev1","event":{"type":"team_join"}}';

  it('Slack: what slack-edge accepts is accepted', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const slack = senderOf('slack');
    const headers = new Headers(signSlack(body, slack.secret, NOW));

    expect(await verifySlackRequest(slack.secret, headers, body)).toBe(true);
    expect(eventsOf(await send({ ...slack, body }))).toHaveLength(1);
  });

  it('GitHub: what webhooks-methods refuses is refused', async () => {
    const github = senderOf('github');
    const headers = await github.sign(github.body, github.secret, NOW);

    expect(
      await verifyGitHub(github.secret, changed(github.body), headers['X-Hub-Signature-256'] ?? ''),
    ).toBe(false);
    expect(await send(github, { body: changed(github.body) })).toMatchObject({ outcome: 'refused' });
  });
});
