/** Every sender that signs, posting to a running Sluice with its own library where it has one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoundEvent } from '../../src/domain/event.ts';
import { type Sender, senderOf, SENDERS } from '../sources/senders.ts';
import { endAll, scratch, until, type Scratch } from './installation.ts';
import { flowOf, type Reach, startListening } from './reach.ts';

const HOUR = 3_600_000;
const nameOf = ({ title }: Sender): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
const named = (senders: readonly Sender[]) => senders.map((sender) => [sender.title, sender] as const);

let place: Scratch;
let sluice: Reach;
beforeAll(async () => {
  place = scratch();
  ({ sluice } = await startListening(place, SENDERS.map(nameOf)));
  for (const sender of SENDERS) {
    const { kind, settings, secret } = sender;
    await sluice.addSource(nameOf(sender), { kind, settings, secret });
  }
}, 120_000);
afterAll(() => {
  endAll();
  place.remove();
});

interface Changes {
  readonly secret?: string;
  readonly body?: string;
  readonly without?: string;
  /** ms between signing and arrival */
  readonly age?: number;
}

/** Signs a sample now as its sender does, then changes something on its way. */
const send = async (sender: Sender, changes: Changes = {}): Promise<Response> => {
  const at = Date.now() - (changes.age ?? 0);
  const signed = await sender.sign(sender.body, changes.secret ?? sender.secret, at);
  const headers = Object.entries(signed).filter(([name]) => name !== changes.without);
  return sluice.post(nameOf(sender), {
    headers: [['Content-Type', sender.contentType], ...headers],
    body: changes.body ?? sender.body,
  });
};

/** One byte of the body is another one, and it is JSON or a form nevertheless. */
const changed = (body: string): string =>
  body.replace(/[a-z](?=[^a-z]*$)/, (last) => (last === 'x' ? 'y' : 'x'));

const forgeries = (sender: Sender): Changes[] => [
  { secret: sender.otherSecret },
  { without: sender.proofHeader },
  ...(sender.covers.body ? [{ body: changed(sender.body) }] : []),
  ...(sender.covers.time ? [{ age: HOUR }, { age: -HOUR }] : []),
];

/** What an event must be as flows read it. */
const documented = (found: Partial<FoundEvent>, source: string): unknown => {
  const attributes: Readonly<Record<string, unknown>> = {
    specversion: '1.0',
    source,
    type: found.type,
    id: found.id ?? expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    time: typeof found.time === 'number' ? new Date(found.time).toISOString() : expect.any(String),
    ...(typeof found.subject === 'string' ? { subject: found.subject } : {}),
    ...(found.data === undefined ? {} : { data: found.data }),
  };
  return expect.objectContaining({ ...attributes, ...found.attributes });
};

describe.each(named(SENDERS))('%s', { timeout: 60_000 }, (_, sender) => {
  const name = nameOf(sender);
  const count = sender.events.length;

  it('learns that its forged, altered, old and unsigned posts prove nothing, and they leave no trace', async () => {
    for (const forgery of forgeries(sender)) {
      const answer = await send(sender, forgery);

      expect([forgery, answer.status]).toEqual([forgery, 401]);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
    }
    expect(await sluice.eventsOf(name)).toEqual([]);
    const { refused } = await sluice.sourceOf(name);
    expect(refused.map(({ reason }) => reason)).toContain('bad_signature');
  });

  it('gets the answer that it wants, and each event a run that has it as documented', async () => {
    const answer = await send(sender);

    expect([answer.status, await answer.text()]).toEqual([sender.accepted, '']);
    const events = await sluice.closed(name, count);
    const runs = await Promise.all(
      events.map(({ verdicts: [verdict] }) => {
        expect(verdict).toMatchObject({ flow: flowOf(name), verdict: 'started' });
        return sluice.ended(verdict?.run ?? '');
      }),
    );
    const seen = runs.map(({ outputs }) => outputs?.event ?? {});
    expect(seen).toHaveLength(count);
    expect(seen).toEqual(expect.arrayContaining(sender.events.map((found) => documented(found, name))));
    for (const event of seen) expect(sender.body).toContain(event['raw']);
  });

  it('may send it again: the answer is the same, and no event more', async () => {
    const answer = await send(sender);

    expect([answer.status, await answer.text()]).toEqual([sender.accepted, '']);
    expect(await sluice.eventsOf(name)).toHaveLength(count);
  });
});

// Doors remember a source for a second: all of them wait for it together.
describe.concurrent.each(named(SENDERS))('%s', { timeout: 60_000 }, (_, sender) => {
  const name = nameOf(sender);
  const withOther = { secret: sender.otherSecret };

  it('may have its secret changed: both count until the old one is retired', async () => {
    const { secrets } = await sluice.rotate(name, sender.otherSecret);

    await until('the new secret', async () => (await send(sender, withOther)).ok || undefined);
    expect((await send(sender)).status).toBe(sender.accepted);

    await sluice.retire(name, secrets[0]?.id ?? '');
    await until('the end of the old one', async () => (await send(sender)).status === 401 || undefined);
    expect((await send(sender, withOther)).status).toBe(sender.accepted);
    expect(await sluice.eventsOf(name)).toHaveLength(sender.events.length);
  });
});

describe('after all of that', { timeout: 60_000 }, () => {
  it('no event has a second run', async () => {
    const last =
      SENDERS.find(({ title }) => title === 'generic, basic authentication') ?? senderOf('generic');
    await send(last, { body: '{"n":3}\n', secret: last.otherSecret });
    // The queue keeps its order: what a second post had brought would have been delivered before.
    await sluice.closed(nameOf(last), last.events.length + 1);

    for (const sender of SENDERS) {
      const more = sender === last ? 1 : 0;
      expect(await sluice.runsOf(flowOf(nameOf(sender)))).toHaveLength(sender.events.length + more);
    }
  });
});
