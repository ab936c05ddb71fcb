/** The manual door: a person runs any flow by hand, whatever its trigger, saved or not, for real or dry. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { allow } from '../../access/allow.ts';
import type { HttpContext } from '../../access/context.ts';
import type { Cards } from '../../domain/card.ts';
import type { Flow } from '../../domain/flow.ts';
import type { JsonObject } from '../../domain/json.ts';
import { problemResponse, refuse } from '../../domain/problem.ts';
import type { Start } from '../../domain/run.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { findRunnable, parseRunnable } from './runnable.ts';
import { readRunBody, RunBody, TextRunBody } from './run-body.ts';
import { startByHand, type ByHand } from './start-by-hand.ts';
import { startOf } from './start-of.ts';

export interface DryOrder {
  readonly flow: Flow;
  readonly version: number;
  readonly start: Start;
  readonly cards: Cards;
  readonly now: number;
}

/** What the door cannot do itself, for the engine is not its to import. */
export interface ManualPorts {
  /** Performs what is pure or safe, and says what else it would send: `{ status, outputs, error, effects }`. */
  readonly dryRun: (env: Bindings, order: DryOrder) => Promise<JsonObject>;
}

type Ctx = Context<HttpContext>;
type Asked = Omit<ByHand, 'start' | 'now'> & { readonly body: RunBody | TextRunBody };

const run = async (c: Ctx, ports: ManualPorts, asked: Asked): Promise<Response> => {
  const requestId = c.get('requestId');
  const now = Date.now();
  const started = startOf(asked.flow, asked.body, { identity: c.get('identity'), now });
  if (!started.ok) return problemResponse(started, requestId);
  const { start } = started;
  if (!asked.body.dry) return startByHand(c, { ...asked, start, now });
  const { flow, version } = asked;
  return c.json(await ports.dryRun(c.env, { flow, version, start, cards: c.get('cards'), now }));
};

const runSaved = async (c: Ctx, ports: ManualPorts): Promise<Response> => {
  const read = await readRunBody(c.req.raw, RunBody);
  if (!read.ok) return problemResponse(read, c.get('requestId'));
  const { body, json } = read;
  const found = await findRunnable(c.env, c.req.param('name') ?? '', { dry: body.dry, now: Date.now() });
  if (!found.ok) return problemResponse(found, c.get('requestId'));
  return run(c, ports, { flow: found.flow, version: found.version, body, sent: json });
};

const runText = async (c: Ctx, ports: ManualPorts): Promise<Response> => {
  const read = await readRunBody(c.req.raw, TextRunBody);
  if (!read.ok) return problemResponse(read, c.get('requestId'));
  const { body, json } = read;
  const parsed = parseRunnable(body, c.get('cards'));
  if (!parsed.ok) return problemResponse(parsed, c.get('requestId'));
  return run(c, ports, { flow: parsed.flow, version: 0, body, sent: json });
};

const notThatWay = (c: Ctx): Response => {
  const refusal = refuse('method_not_allowed', `A run is started by POST, not ${c.req.raw.method}.`);
  const response = problemResponse(refusal, c.get('requestId'));
  response.headers.set('Allow', 'POST');
  return response;
};

/** Expects `identity` in the context, as `authenticate` sets it. */
export const manualDoor = (ports: ManualPorts): Hono<HttpContext> => {
  const door = new Hono<HttpContext>();
  door.post('/api/v1/flows/:name/runs', allow('runs:start'), (c) => runSaved(c, ports));
  door.all('/api/v1/flows/:name/runs', notThatWay);
  // A text can hold anything that a saved flow can: who may run one may write one.
  door.post('/api/v1/runs', allow('runs:start'), allow('flows:write'), (c) => runText(c, ports));
  return door;
};
