import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, HELLO, migrate, read, refusal } from './client.ts';

beforeAll(migrate);

const flow = (trigger: string): string => `trigger: { kind: schedule, ${trigger} }\nsteps: [{ stop: done }]`;
const NIGHTLY = flow('cron: "30 2 * * *", timezone: Europe/Berlin, gap: next, fold: first, spread: 5m');

const preview = (body: object): Promise<Response> =>
  call('POST', '/api/v1/schedules/preview', { body: { name: 'nightly', ...body } });

const Previewed = z.object({
  schedule: z.string(),
  times: z.array(
    z.object({ at: z.string(), local: z.string(), due: z.string(), mark: z.string().nullable() }),
  ),
  changes: z.array(z.object({ at: z.string(), affects: z.boolean(), message: z.string() })),
  warnings: z.array(z.object({ code: z.string() })),
});

describe('a preview of a schedule', () => {
  it('has a sentence, the next times in its zone and in UTC, and marks', async () => {
    const response = await preview({ text: NIGHTLY, from: '2027-03-28', count: 2 });

    const { schedule, times } = await read(response, Previewed);
    expect(schedule).toBe(
      'At 02:30 every day, Europe/Berlin time. Each time starts up to 5 minutes later, always by the same.',
    );
    expect(times).toEqual([
      {
        at: '2027-03-28T01:00:00.000Z',
        local: '2027-03-28T03:00:00+02:00[Europe/Berlin]',
        due: '2027-03-28T01:04:00.000Z',
        mark: 'gap',
      },
      {
        at: '2027-03-29T00:30:00.000Z',
        local: '2027-03-29T02:30:00+02:00[Europe/Berlin]',
        due: '2027-03-29T00:34:00.000Z',
        mark: null,
      },
    ]);
  });

  it('takes a date as one of the zone of the schedule, and tells what the clocks do meanwhile', async () => {
    const response = await preview({ text: NIGHTLY, from: '2027-03-28', count: 2 });

    const { changes } = await read(response, Previewed);
    expect(changes).toEqual([
      {
        at: '2027-03-28T01:00:00.000Z',
        affects: true,
        message:
          'On 28 March 2027 the clocks of Europe/Berlin go forward from 02:00 to 03:00: what is due at 02:30 ' +
          'starts at 03:00, the first time there is (gap: next)',
      },
    ]);
  });

  it('begins now unless it is told, and has 20 times', async () => {
    const response = await preview({ text: flow('every: { minutes: 1 }') });

    const { times } = await read(response, Previewed);
    expect(times).toHaveLength(20);
    expect(Math.abs(Date.parse(times[0]?.at ?? '') - Date.now())).toBeLessThan(90_000);
  });

  it('is empty for a time that is past, and warns of it', async () => {
    const response = await preview({ text: flow('at: 2020-01-01T00:00') });

    const { times, warnings } = await read(response, Previewed);
    expect(times).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'past' }]);
  });

  it.each([
    ['a schedule that never fires', { text: flow('cron: "0 0 31 2 *"') }, 'invalid_flow'],
    ['a flow without a schedule', { text: HELLO }, 'invalid_flow'],
    ['a day that does not exist', { text: NIGHTLY, from: '2027-02-30' }, 'invalid_input'],
    ['more times than 200', { text: NIGHTLY, count: 201 }, 'invalid_input'],
  ])('is refused for %s', async (_, body, code) => {
    const response = await preview(body);

    expect(response.status).toBe(422);
    expect((await refusal(response)).code).toBe(code);
  });
});

describe('the check of flows', () => {
  it('says in words what a schedule does', async () => {
    const files = [
      { name: 'nightly', text: NIGHTLY },
      { name: 'hello', text: HELLO },
    ];

    const response = await call('POST', '/api/v1/flows/check', { body: { files } });

    const Checked = z.object({
      files: z.array(z.object({ name: z.string(), schedule: z.string().nullable() })),
    });
    expect((await read(response, Checked)).files).toEqual([
      {
        name: 'nightly',
        schedule:
          'At 02:30 every day, Europe/Berlin time. Each time starts up to 5 minutes later, always by the same.',
      },
      { name: 'hello', schedule: null },
    ]);
  });
});
