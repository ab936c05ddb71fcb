/** `GET /delegated/runs/<run>`: how a run stands, for the person who started it and nobody else. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { isFinal, type RunDetail } from '../../domain/run.ts';
import type { Refusal } from '../../domain/problem.ts';
import { callLane } from '../../storage/call-lane.ts';
import { findRun } from '../../storage/find-run.ts';
import { definitionOf } from '../../storage/flows.ts';
import { laneFor } from '../../storage/lanes.ts';
import { runPage } from '../../web/run-page.ts';
import { nothingHere, notNow, personOf, viewerOf } from './viewer.ts';

/** Most runs are over by then, and the first page that people see shows the result. */
const PATIENCE_MS = 1_500;
const YOUNG_MS = 10_000;

type Ctx = Context<HttpContext>;
type Found = { readonly ok: true; readonly detail: RunDetail } | Refusal | undefined;

const isOwn = ({ trigger, caller }: RunDetail, subject: string): boolean =>
  trigger === 'delegated' && caller.kind === 'person' && caller.subject === subject;

/** A young run is waited for. */
const find = async ({ env }: Ctx, id: string, now: number): Promise<Found> => {
  const found = await findRun(env, id);
  if (!found?.ok || isFinal(found.detail.status) || now - found.detail.createdAt > YOUNG_MS) return found;
  const lane = await laneFor(env, id);
  if (lane === undefined) return found;
  const wait = PATIENCE_MS;
  await callLane(env, lane, (stub, header) => stub.answer(header, id, wait), wait + 2_000);
  return findRun(env, id);
};

export const showRun = async (c: Ctx): Promise<Response> => {
  const now = Date.now();
  const id = c.req.param('run') ?? '';
  const found = await find(c, id, now);
  if (found === undefined) return nothingHere(c);
  if (!found.ok) return notNow(c);
  const { detail } = found;
  if (!isOwn(detail, personOf(c).subject)) return nothingHere(c);
  const version = await definitionOf(c.env.DB, detail.flow, detail.version);
  const isStill = c.req.query('still') !== undefined;
  return runPage(viewerOf(c), { detail, flow: version?.definition, now: Date.now(), isStill });
};
