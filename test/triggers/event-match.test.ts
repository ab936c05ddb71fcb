import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { judgedOf } from '../../src/triggers/event/judged.ts';
import { match, type Judgement } from '../../src/triggers/event/match.ts';
import { runOrder } from '../../src/triggers/event/run-order.ts';

const ACCEPTED = Date.UTC(2026, 10, 23, 12);

const eventOf = (type: string, data: unknown, more: Partial<StoredEvent> = {}): StoredEvent => ({
  id: 'evt_1',
  source: 'okta',
  sourceId: 'uuid-1',
  type,
  subject: 'lee@acme.example',
  time: ACCEPTED - 3_000,
  acceptedAt: ACCEPTED,
  raw: JSON.stringify(data),
  ...more,
});

const listenerOf = (trigger: string, { enabled = true, inputs = '' } = {}) => {
  const text = `trigger: { kind: event, source: okta, ${trigger} }\n${inputs}\nsteps: [{ return: {} }]`;
  const parsed = parseFlow('hr/onboard', text, { cards: new Map() });
  if (!parsed.ok || parsed.flow.trigger.kind !== 'event') throw new Error(JSON.stringify(parsed));
  return { flow: parsed.flow, trigger: parsed.flow.trigger, version: 1, enabled };
};

const judge = (listener: ReturnType<typeof listenerOf>, event: StoredEvent, own: string[] = []) =>
  match(listener, judgedOf(event, new Set(own)));

const order = (listener: ReturnType<typeof listenerOf>, event: StoredEvent) =>
  runOrder(listener, judgedOf(event, new Set()), { origin: '', now: ACCEPTED + 1_000 });

describe('whether a flow wants an event', () => {
  it('says exactly what a naive reading of the trigger says', async () => {
    const word = fc.constantFrom('user', 'user.create', 'user.delete', 'group', 'group.add', 'User.create');
    const pattern = fc.oneof(
      word,
      word.map((stem) => `${stem}*`),
      word.map((stem) => `${stem}.*`),
      fc.constant('*'),
    );
    const naive = (
      trigger: { patterns: string[]; least: number | null; selfCaused: boolean; enabled: boolean },
      event: { type: string; level: number; actor: string | null },
    ): string => {
      const stems = trigger.patterns.map((one) => (one.endsWith('*') ? one.slice(0, -1) : null));
      const fits = trigger.patterns.some((one, at) => {
        const stem = stems[at] ?? null;
        return stem === null ? one === event.type : event.type.slice(0, stem.length) === stem;
      });
      if (!fits) return 'not_matched';
      if (!trigger.enabled) return 'disabled';
      if (event.actor === 'ours' && !trigger.selfCaused) return 'self_caused';
      return trigger.least === null || event.level >= trigger.least ? 'wanted' : 'filtered';
    };

    await fc.assert(
      fc.asyncProperty(
        fc.record({
          patterns: fc.array(pattern, { minLength: 1, maxLength: 3 }),
          least: fc.option(fc.integer({ min: 0, max: 9 })),
          selfCaused: fc.boolean(),
          enabled: fc.boolean(),
        }),
        fc.record({
          type: word,
          level: fc.integer({ min: 0, max: 9 }),
          actor: fc.option(fc.constantFrom('ours', 'theirs')),
        }),
        async (trigger, event) => {
          const where =
            trigger.least === null ? '' : `, where: "\${{ event.data.level >= ${trigger.least} }}"`;
          const types = JSON.stringify(trigger.patterns);
          const listener = listenerOf(`types: ${types}, selfCaused: ${trigger.selfCaused}${where}`, trigger);
          const actor = event.actor === null ? {} : { actor: event.actor };

          const judgement = await judge(listener, eventOf(event.type, { level: event.level }, actor), [
            'ours',
          ]);

          expect(judgement.wanted ? 'wanted' : judgement.verdict).toBe(naive(trigger, event));
        },
      ),
    );
  });

  it.each<[string, unknown, Judgement]>([
    [
      'where: "${{ event.data.name + 1 = 2 }}"',
      { name: 'Lee' },
      {
        wanted: false,
        verdict: 'error',
        reason: expect.stringContaining('trigger.where: The condition, column'),
      },
    ],
    [
      'where: "${{ event.data.name }}"',
      { name: 'Lee' },
      { wanted: false, verdict: 'error', reason: expect.stringContaining('not true or false') },
    ],
    [
      'where: "${{ event.data.nothing }}"',
      {},
      { wanted: false, verdict: 'filtered', reason: 'The condition "where" is not true for it.' },
    ],
    [
      'types: [group.*, user.delete]',
      {},
      { wanted: false, verdict: 'not_matched', reason: 'Its type is none of: group.*, user.delete' },
    ],
  ])('says why %s has no run', async (trigger, data, expected) => {
    expect(await judge(listenerOf(trigger), eventOf('user.create', data))).toEqual(expected);
  });

  it('takes the accept time for $now, whenever it is asked', async () => {
    const listener = listenerOf('where: "${{ $now() = \'2026-11-23T12:00:00.000Z\' }}"');

    expect(await judge(listener, eventOf('a', {}))).toEqual({ wanted: true });
  });

  it('reads the attributes, the data and the text of the event', async () => {
    const listener = listenerOf(
      `where: "\${{ event.id = 'uuid-1' and event.source = 'okta' and event.subject = 'lee@acme.example' and
        event.time = '2026-11-23T11:59:57.000Z' and event.data.x = 1 and $contains(event.raw, 'x') }}"`,
    );

    expect(await judge(listener, eventOf('a', { x: 1 }))).toEqual({ wanted: true });
  });
});

describe('the order of a run for an event', () => {
  it('T1: has the event of the source as its key in the flow', async () => {
    const ordered = await order(listenerOf('types: ["*"]'), eventOf('a', {}));

    expect(ordered).toMatchObject({
      ok: true,
      order: {
        key: { scope: 'event:okta:hr/onboard', key: 'uuid-1', body: '', firstAt: ACCEPTED },
        start: {
          trigger: 'event',
          caller: { kind: 'source', id: 'okta' },
          event: { id: 'uuid-1', type: 'a' },
        },
      },
    });
    expect(ordered).not.toHaveProperty('order.group');
  });

  it.each([
    [
      'key: "${{ event.data.user }}"',
      { user: 7 },
      { name: '["event","hr/onboard","7"]', settleMs: undefined },
    ],
    ['settle: 10m', {}, { name: '["event","hr/onboard","null"]', settleMs: 600_000 }],
    [
      'settle: 10m, key: "${{ event.data.user }}"',
      {},
      { name: '["event","hr/onboard","null"]', settleMs: 600_000 },
    ],
  ])('has for %s and %j a group, ordered by the time of the event', async (trigger, data, group) => {
    const ordered = await order(listenerOf(trigger), eventOf('a', data));

    if (!ordered.ok) throw new Error(ordered.reason);
    expect(ordered.order.group).toMatchObject({ name: group.name, policy: 'queue', at: ACCEPTED - 3_000 });
    expect(ordered.order.group?.settleMs).toBe(group.settleMs);
  });

  it('has no group when the event has no key', async () => {
    const ordered = await order(listenerOf('key: "${{ event.data.user }}"'), eventOf('a', {}));

    expect(ordered).not.toHaveProperty('order.group');
  });

  it.each([
    [listenerOf('key: "${{ event.data.user + 1 }}"'), 'trigger.key: '],
    [
      listenerOf('types: ["*"]', { inputs: 'inputs: { name: { type: string } }' }),
      'An event brings no inputs',
    ],
  ])('is refused in words for the verdict', async (listener, reason) => {
    const ordered = await order(listener, eventOf('a', { user: 'lee' }));

    expect(ordered).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});
