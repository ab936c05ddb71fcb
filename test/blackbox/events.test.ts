/**
 * SIGKILL to everything while a sender posts: whatever was answered, lost on its way or sent again, each event has
 * exactly one run of each flow that wants it.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT } from '../../src/cli/project.ts';
import { endAll, scratch, start, until, type Installation, type Scratch } from './installation.ts';

const EVENTS = 1_000;
const SENT_TWICE = EVENTS / 5;
const A_POST = 10;
const KILLS = 3;
const SENDERS = 4;

const AUDIT = `title: Note everything
trigger: { kind: event, source: okta-prod, types: ['*'] }
steps:
  - id: note
    card: text.upperCase
    with: { text: "\${{ event.type }}" }
  - return: { noted: "\${{ steps.note.text }}" }
`;
const LEAVERS = `title: Note who leaves
trigger:
  kind: event
  source: okta-prod
  types: [user.lifecycle.*]
  where: \${{ event.data.outcome.result = 'SUCCESS' }}
steps:
  - return: { who: "\${{ event.subject }}" }
`;

/** Every other one is of a type that both flows listen to, and of those every other one has failed. */
const eventOf = (number: number) => ({
  uuid: `uuid-${number}`,
  published: new Date(Date.UTC(2026, 1, 3, 9) + number * 1_000).toISOString(),
  eventType: number % 2 === 0 ? 'user.lifecycle.deactivate' : 'group.user_membership.add',
  outcome: { result: number % 4 === 0 ? 'SUCCESS' : 'FAILURE' },
  target: [{ id: `00u${number}`, type: 'User', alternateId: `user-${number}@acme.example` }],
});
const LEFT = EVENTS / 4;

const shuffled = <T>(list: readonly T[]): T[] => {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
};

const sorted = (words: readonly (string | null)[]): string[] => words.map(String).toSorted();
const counted = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

const numbers = Array.from({ length: EVENTS }, (_, number) => number);
const posts = (): string[] => {
  const sent = shuffled([...numbers, ...shuffled(numbers).slice(0, SENT_TWICE)]).map(eventOf);
  return Array.from({ length: sent.length / A_POST }, (_, at) =>
    JSON.stringify({ data: { events: sent.slice(at * A_POST, (at + 1) * A_POST) } }),
  );
};

const Verdict = z.looseObject({
  flow: z.string().nullable(),
  verdict: z.string(),
  run: z.string().nullable(),
});
const Events = z.array(
  z.looseObject({ sourceId: z.string(), closedAt: z.string().nullable(), verdicts: z.array(Verdict) }),
);
const Runs = z.array(z.looseObject({ id: z.string(), flow: z.string(), status: z.string() }));
const Added = z.looseObject({ address: z.string(), secret: z.string() });

let place: Scratch;
let local: Installation;
beforeEach(() => {
  place = scratch();
  writeFileSync(join(place.flows, 'audit.yaml'), AUDIT);
  writeFileSync(join(place.flows, 'leavers.yaml'), LEAVERS);
});
afterEach(() => {
  endAll();
  place.remove();
});

const sluice = async (...line: string[]): Promise<unknown> => {
  const argv = ['sluice', ...line, '--json', '--data', place.data];
  const { stdout } = await promisify(execFile)('npx', argv, { cwd: PROJECT, maxBuffer: 100_000_000 });
  return JSON.parse(stdout);
};

/** A tick in time to come: what was lost on its way has not waited long enough by the clock on the wall. */
const tickAt = (time: number): Promise<Response> =>
  fetch(`${local.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=${time}`);

interface Sending {
  readonly path: string;
  readonly secret: string;
  /** told after each post that was taken */
  readonly taken: (soFar: number) => void;
}

/** Senders that come again until a post is taken, as Okta would at best; answers that end it are not expected. */
const sendAll = async (bodies: readonly string[], { path, secret, taken }: Sending): Promise<void> => {
  const waiting = [...bodies];
  let count = 0;
  const send = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const headers = { 'Content-Type': 'application/json', Authorization: secret };
      // A dead installation refuses, hangs up, or leaves the answer half said.
      const status = await fetch(local.url + path, { method: 'POST', headers, body }).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) taken((count += 1));
      else if (status !== 0 && status < 500) throw new Error(`A genuine post was answered ${status}.`);
      else {
        waiting.push(body);
        await sleep(100);
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
};

/** Sends a part of the posts, and in the middle of it everything dies and is started again. */
const sendThroughDeath = async (bodies: readonly string[], source: Omit<Sending, 'taken'>): Promise<void> => {
  const goal = Math.ceil(Math.random() * bodies.length);
  const reached = Promise.withResolvers<void>();
  const taken = (soFar: number): void => void (soFar === goal && reached.resolve());
  const sending = sendAll(bodies, { ...source, taken });
  await Promise.race([reached.promise, sending]);
  await sleep(Math.random() * 100);
  await local.kill();
  local = await start(place, ['--no-tick']);
  await sending;
};

/** All events once each has its last verdict. The clock runs ahead of the wall's, so that nothing has to be waited for. */
const settled = async (): Promise<z.output<typeof Events>> => {
  let time = Date.now();
  return until(
    'the last verdict of every event',
    async () => {
      time += 31_000;
      await tickAt(time);
      const events = Events.parse(await sluice('events', 'list', '--limit', '10000'));
      const isDone = events.length >= EVENTS && events.every(({ closedAt }) => closedAt !== null);
      return isDone ? events : undefined;
    },
    { withinMs: 120_000, told: () => local.output() },
  );
};

const ended = (): Promise<z.output<typeof Runs>> =>
  until(
    'the end of all runs',
    async () => {
      const runs = Runs.parse(await sluice('runs', '--limit', '10000'));
      const isDone = runs.length >= EVENTS + LEFT && runs.every(({ status }) => status === 'succeeded');
      return isDone ? runs : undefined;
    },
    { withinMs: 120_000, told: () => local.output() },
  );

describe('an installation that is killed while events come', { timeout: 480_000 }, () => {
  it('has exactly one run of each event and flow that wants it, and all of them end', async () => {
    local = await start(place, ['--no-tick']);
    await until('the flows', () => /created leavers@1/.test(local.output()) || undefined, {
      told: local.output,
    });
    const { address, secret } = Added.parse(await sluice('sources', 'add', 'okta', '--name', 'okta-prod'));
    const source = { path: new URL(address).pathname, secret };
    const all = posts();
    const part = Math.ceil(all.length / KILLS);

    for (let kill = 0; kill < KILLS; kill += 1) {
      await sendThroughDeath(all.slice(kill * part, (kill + 1) * part), source);
    }

    const events = await settled();
    expect(sorted(events.map(({ sourceId }) => sourceId))).toEqual(
      sorted(numbers.map((number) => `uuid-${number}`)),
    );
    const verdicts = events.flatMap((event) => event.verdicts);
    expect(counted(verdicts.map(({ flow, verdict }) => `${flow} ${verdict}`))).toEqual({
      'audit started': EVENTS,
      'leavers started': LEFT,
      'leavers filtered': LEFT,
      'leavers not_matched': EVENTS / 2,
    });
    const runs = await ended();
    const started = verdicts.filter(({ verdict }) => verdict === 'started');
    expect(sorted(runs.map(({ id }) => id))).toEqual(sorted(started.map(({ run }) => run)));
    expect(counted(runs.map(({ flow }) => flow))).toEqual({ audit: EVENTS, leavers: LEFT });
  });
});
