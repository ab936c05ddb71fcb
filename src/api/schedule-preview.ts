/** What a schedule would do, before it is saved. */
import * as z from 'zod';
import { instantOf } from '../domain/calendar.ts';
import { refuse } from '../domain/problem.ts';
import { ScheduleTime } from '../language/file-schedule.ts';
import { preview, type Preview } from '../schedules/preview.ts';
import { answer, endpoint } from './endpoint.ts';
import { itemOf, parseText, problemsOf } from './flow-texts.ts';
import { Problem } from './shapes/flow.ts';
import { iso, Time } from './shapes/scalars.ts';

const Previewed = z
  .strictObject({
    flow: z.string(),
    schedule: z.string().describe('what it does, in a sentence'),
    timezone: z.string(),
    times: z.array(
      z.strictObject({
        at: Time.describe('the nominal time'),
        local: z.string().describe('the same in the zone of the schedule, by RFC 9557'),
        due: Time.describe('when it starts: later by the spread of this flow'),
        mark: z
          .enum(['gap', 'first', 'second'])
          .nullable()
          .describe(
            'gap: its time does not exist that day; first, second: which one of a time that comes twice',
          ),
      }),
    ),
    changes: z
      .array(
        z.strictObject({
          at: Time,
          kind: z.enum(['gap', 'fold']),
          affects: z
            .boolean()
            .describe('whether the schedule asks for a time that is missing or comes twice'),
          message: z.string(),
        }),
      )
      .describe('changes of the clocks between the first and the last of these times'),
    warnings: z.array(Problem),
  })
  .meta({ id: 'SchedulePreview' });

const timesOf = ({ times }: Preview): z.input<typeof Previewed>['times'] =>
  times.map(({ at, local, due, mark }) => ({ at: iso(at), local, due: iso(due), mark: mark ?? null }));

const changesOf = ({ changes }: Preview): z.input<typeof Previewed>['changes'] =>
  changes.map(({ at, kind, isMet, message }) => ({ at: iso(at), kind, affects: isMet, message }));

const previewed = endpoint({
  method: 'post',
  path: '/schedules/preview',
  scope: 'flows:read',
  summary: 'Says when a flow that is not saved yet would start, and what the clocks do to it',
  body: z.strictObject({
    name: z.string().max(200),
    text: z.string().describe('the flow, as in its file'),
    count: z.int().min(1).max(200).default(20),
    from: ScheduleTime.optional().describe(
      "a date or a time; without an offset in the schedule's zone; now unless given",
    ),
  }),
  gives: Previewed,
  refuses: ['invalid_flow'],
  run: async ({ cards, now, body: { name, text, count, from } }) => {
    const parsed = parseText({ name, text }, cards, now);
    if (!parsed.ok) {
      const errors = problemsOf(parsed).map((problem) => itemOf(problem));
      return refuse('invalid_flow', `Flow "${name}" has errors.`, { errors });
    }
    const { trigger } = parsed.flow;
    if (trigger.kind !== 'schedule') {
      return refuse(
        'invalid_flow',
        `Flow "${name}" has no schedule: its trigger is of kind ${trigger.kind}.`,
      );
    }
    const start = from === undefined ? now : instantOf(from, trigger.timezone);
    const shown = preview(trigger, name, { from: start, count });
    return answer({
      flow: name,
      schedule: shown.sentence,
      timezone: trigger.timezone,
      times: timesOf(shown),
      changes: changesOf(shown),
      warnings: [...parsed.warnings],
    });
  },
});

export const previewEndpoints = [previewed];
