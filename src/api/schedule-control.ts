/** What a person does to a schedule: pause, resume, run now. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { findFlow } from '../storage/flow-cache.ts';
import { pauseSchedule, resumeSchedule } from '../storage/schedules.ts';
import type { ScheduleRow } from '../storage/schedules.ts';
import { idempotencyKeyOf } from '../triggers/idempotency-key.ts';
import { originOf, runUrl } from '../triggers/run-url.ts';
import { resumeFrom } from '../triggers/schedule/move.ts';
import { runNow } from '../triggers/schedule/run-now.ts';
import { answer, endpoint } from './endpoint.ts';
import type { Answer, Call } from './endpoint.ts';
import { findSchedule, showDetail } from './schedules.ts';
import { ScheduleDetail, scheduleOf } from './shapes/schedule.ts';
import { StartedRun } from './started-by-hand.ts';

const TRIES = 3;

/** As it stands now. */
const shown = async (
  { env, now }: Call<unknown, unknown>,
  flow: string,
): Promise<Answer<z.input<typeof ScheduleDetail>> | Refusal> => {
  const row = await findSchedule(env.DB, flow);
  return 'ok' in row ? row : answer(await showDetail(env.DB, row, now));
};

const pause = endpoint({
  method: 'post',
  path: '/schedules/{flow}/pause',
  scope: 'schedules:control',
  summary: 'Pauses a schedule: its ticks are recorded and start nothing',
  body: z.strictObject({ note: z.string().max(1_000).optional().describe('why') }),
  gives: ScheduleDetail,
  refuses: ['not_found'],
  run: async (call) => {
    const { env, identity, now, param, body } = call;
    const row = await findSchedule(env.DB, param('flow'));
    if ('ok' in row) return row;
    await pauseSchedule(env.DB, row.flow, { note: body.note ?? null, by: identity.tokenId, now });
    return shown(call, row.flow);
  },
});

/** Undefined when it was changed by others three times over. */
const resumeOnce = async (
  { env, identity, now }: Call<unknown, unknown>,
  row: ScheduleRow,
): Promise<boolean> => {
  if (row.status === 'active') return true;
  const from = resumeFrom(scheduleOf(row), row, now);
  return resumeSchedule(env.DB, row, { by: identity.tokenId, now, from });
};

const resume = endpoint({
  method: 'post',
  path: '/schedules/{flow}/resume',
  scope: 'schedules:control',
  summary: 'Resumes a schedule; its `missed` says which of the ticks since the pause start now',
  body: z.strictObject({}),
  gives: ScheduleDetail,
  refuses: ['not_found', 'conflict'],
  run: async (call) => {
    for (let tried = 0; tried < TRIES; tried++) {
      const row = await findSchedule(call.env.DB, call.param('flow'));
      if ('ok' in row) return row;
      if (await resumeOnce(call, row)) return shown(call, row.flow);
    }
    return refuse('conflict', 'Others are changing the same schedule at this moment. Try again.');
  },
});

const run = endpoint({
  method: 'post',
  path: '/schedules/{flow}/run',
  scope: 'schedules:control',
  summary: 'Starts the flow now, as its schedule would; its overlap counts',
  description: '`Idempotency-Key` keeps a repeated request from starting a second run.',
  body: z.strictObject({}),
  gives: StartedRun,
  statuses: [202],
  refuses: ['not_found', 'conflict', 'key_reused', 'in_progress', 'expired'],
  run: async ({ env, identity, now, param, request }) => {
    const row = await findSchedule(env.DB, param('flow'));
    if ('ok' in row) return row;
    const found = await findFlow(env, row.flow, now);
    if (found?.status !== 'enabled') {
      return refuse('conflict', `Flow ${row.flow} is ${found?.status ?? 'gone'}: enable it first.`);
    }
    const keyed = idempotencyKeyOf(request.headers);
    if (!keyed.ok) return keyed;
    const { tokenId: by, client } = identity;
    const origin = originOf(env, request.url);
    const started = await runNow(env, { found, by, client, key: keyed.key, origin, now });
    if (!started.ok) return started;
    const { runId: id, answer: stand, outcome } = started;
    const url = runUrl(origin, id);
    const replayed = outcome === 'repeated' ? { 'Idempotency-Replayed': 'true' } : {};
    const headers = { Location: `/api/v1/runs/${id}`, ...replayed };
    return answer(
      { id, flow: found.name, version: found.version, status: stand.status, url },
      { status: 202, headers },
    );
  },
});

export const scheduleControlEndpoints = [pause, resume, run];
