import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import { readVerdictKey } from '../../src/domain/event.ts';
import { replayBy, replayEvents } from '../../src/triggers/event/replay.ts';
import { publish, setUp } from './doorway.ts';
import {
  bring,
  keep,
  refusing,
  rowOfEvent,
  storedEvent,
  verdictOf,
  whole,
  withFakeLanes,
} from './event-delivery.ts';

const DAY = 86_400_000;
const ANA = { kind: 'token', id: 'tok_ana' } as const;

const narrow = `trigger: { kind: event, source: okta, where: "\${{ event.data.uuid = 'wanted' }}" }
steps: [{ return: {} }]`;

beforeAll(async () => {
  await setUp();
  await publish({ wide: 'trigger: { kind: event, source: okta }\nsteps: [{ return: {} }]', narrow });
});

const { bindings, lanes } = withFakeLanes();

const delivered = async (id: string, more: Partial<StoredEvent> = {}): Promise<StoredEvent> => {
  const event = storedEvent('okta', id, more);
  await keep(event);
  await bring([whole([event])], { bindings });
  return event;
};

const createdOf = (run: string | undefined): unknown => {
  const found = [...lanes.objects.values()].flatMap((lane) => lane.runs.get(run ?? '') ?? []);
  return JSON.parse(found[0]?.request.created ?? 'null');
};

const now = Date.now();
const replay = (events: readonly StoredEvent[], flow?: string, as = replayBy(ANA, now)) =>
  replayEvents(bindings, { replay: as, ids: events.map(({ id }) => id), flow, now });

describe('a replay', () => {
  it('starts a new run that says what it replays and by whom', async () => {
    const event = await delivered('one');
    const by = replayBy(ANA, now);

    const [replayed] = await replay([event], 'wide', by);

    const run = replayed?.verdicts.wide?.run;
    expect(replayed).toMatchObject({ event: event.id, verdicts: { wide: { verdict: 'started' } } });
    expect(run).not.toBe((await verdictOf(event, 'wide'))?.run);
    expect(createdOf(run)).toMatchObject({
      trigger: 'event',
      caller: ANA,
      event: { id: 'one', data: { uuid: 'one' }, replay: { id: by.id, of: event.id } },
    });
  });

  it('keeps the run that the event has started, and stands beside it', async () => {
    const event = await delivered('beside');
    const first = await verdictOf(event, 'wide');
    const by = replayBy(ANA, now);

    const [replayed] = await replay([event], 'wide', by);

    const verdicts = (await rowOfEvent(event.id))?.verdicts ?? {};
    expect(verdicts.wide).toEqual(first);
    expect(verdicts[`wide#${by.id}`]).toEqual(replayed?.verdicts.wide);
    expect(readVerdictKey(`wide#${by.id}`)).toEqual({ flow: 'wide', replay: by.id });
    expect(readVerdictKey('wide')).toEqual({ flow: 'wide', replay: null });
  });

  it('T1: that is asked for again starts nothing again', async () => {
    const event = await delivered('again');
    const by = replayBy(ANA, now);

    const [first] = await replay([event], 'wide', by);
    const [second] = await replay([event], 'wide', replayBy(ANA, now + 5_000, by.id));
    const [other] = await replay([event], 'wide');

    expect(second?.verdicts.wide?.run).toBe(first?.verdicts.wide?.run);
    expect(other?.verdicts.wide?.run).not.toBe(first?.verdicts.wide?.run);
  });

  it('T1: that dies before its verdicts are written starts nothing twice', async () => {
    const event = await delivered('dies');
    const by = replayBy(ANA, now);
    const dying = { ...bindings, DB: refusing((sql) => sql.includes('UPDATE events')) };
    const before = lanes.allRuns().length;

    await expect(replayEvents(dying, { replay: by, ids: [event.id], now })).rejects.toThrow(
      'does not answer',
    );
    const [replayed] = await replay([event], undefined, by);

    expect(lanes.allRuns()).toHaveLength(before + 1);
    expect(lanes.allRuns()).toContain(replayed?.verdicts.wide?.run);
  });

  it('judges anew, and gives way to what is so now', async () => {
    const event = await delivered('judged');
    expect(await verdictOf(event, 'narrow')).toMatchObject({ verdict: 'filtered' });
    await publish({ narrow: narrow.replace('wanted', 'judged') });

    await replayEvents(bindings, {
      replay: replayBy(ANA, now),
      ids: [event.id],
      flow: 'narrow',
      now: now + 5_000,
    });

    expect(await verdictOf(event, 'narrow')).toMatchObject({ verdict: 'started' });
    await publish({ narrow });
  });

  it('asks all flows that listen, without a word for one', async () => {
    const event = await delivered('all');

    const [replayed] = await replayEvents(bindings, {
      replay: replayBy(ANA, now),
      ids: [event.id],
      now: now + 9_000,
    });

    expect(replayed?.verdicts).toMatchObject({
      wide: { verdict: 'started' },
      narrow: { verdict: 'filtered' },
    });
  });

  it('says which flow does not listen, which event is gone, and which could not be read', async () => {
    const event = await delivered('spoken');
    const gone = storedEvent('okta', 'gone');
    const faulty = await delivered('faulty', { fault: 'It has no type.' });

    const replayed = new Map(
      (await replay([event, gone, faulty], 'absent')).map((one) => [one.event, one.verdicts]),
    );

    expect(replayed.get(event.id)).toMatchObject({
      absent: { verdict: 'not_matched', reason: 'It does not listen to source okta.' },
    });
    expect(replayed.get(gone.id)).toEqual({});
    expect(replayed.get(faulty.id)).toMatchObject({
      absent: { verdict: 'invalid', reason: 'It has no type.' },
    });
    expect(Object.keys((await rowOfEvent(faulty.id))?.verdicts ?? {})).toEqual(['']);
  });

  it('reaches events that are older than any redelivery', async () => {
    const event = await delivered('old', { acceptedAt: now - 20 * DAY });
    expect(await verdictOf(event, 'wide')).toMatchObject({ verdict: 'expired' });

    await replay([event], 'wide');

    expect(await verdictOf(event, 'wide')).toMatchObject({ verdict: 'started' });
  });

  it('takes away that an event could not be delivered', async () => {
    const event = storedEvent('okta', 'lost');
    await keep(event);
    await bring([whole([event])], { queue: 'sluice-events-dead' });

    await replay([event]);

    expect(Object.keys((await rowOfEvent(event.id))?.verdicts ?? {})).toEqual(['narrow', 'wide']);
  });
});
