/** The floors: what the same runtime gives when as little as possible is done. They stand beside the subject in one process. */
import { Hono } from 'hono';
import { fiveSteps } from './five-steps.ts';
import type { Given } from './five-steps.ts';
import { FloorLane } from './lane.ts';

export { FloorLane };

interface FloorContext {
  Bindings: {
    readonly DB: D1Database;
    readonly SUBJECT: D1Database;
    readonly LANE: DurableObjectNamespace<FloorLane>;
  };
}

const laneOf = (env: FloorContext['Bindings']) => env.LANE.get(env.LANE.idFromName('floor'));

const asJson = { 'Content-Type': 'application/json' };

const app = new Hono<FloorContext>();

app.post('/floor/plain', async (c) => c.json(fiveSteps(await c.req.json<Given>()).outputs));

app.post('/floor/commit', async (c) =>
  c.body(await laneOf(c.env).alone(await c.req.json<Given>()), 200, asJson),
);

app.post('/floor/group', async (c) =>
  c.body(await laneOf(c.env).together(await c.req.json<Given>()), 200, asJson),
);

app.post('/floor/d1', async (c) => {
  const run = fiveSteps(await c.req.json<Given>());
  const row = [run.id, JSON.stringify(run)];
  await c.env.DB.prepare('INSERT INTO runs VALUES (?, ?)')
    .bind(...row)
    .run();
  return c.json(run.outputs);
});

/** The body of a post as one row: what it must cost at least to keep it before it is answered. */
app.post('/floor/post', async (c) => {
  const body = await c.req.text();
  await c.env.DB.prepare('INSERT INTO runs VALUES (?, ?)').bind(crypto.randomUUID(), body).run();
  return c.body(null, 200);
});

app.post('/floor/setup', async (c) => {
  await c.env.DB.prepare(
    'CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, detail TEXT) WITHOUT ROWID',
  ).run();
  return c.json({});
});

/** How many runs the history of the subject holds: asked of its database, not of its own word. */
app.get('/floor/history', async (c) => {
  const row = await c.env.SUBJECT.prepare(
    "SELECT count(*) AS runs, max(finished_at) AS lastEndedAt FROM runs WHERE status = 'succeeded'",
  ).first();
  return c.json(row);
});

app.post('/floor/effects', async (c) => {
  const { url, count, isRecorded } = await c.req.json<{ url: string; count: number; isRecorded: boolean }>();
  await laneOf(c.env).effects(url, count, isRecorded);
  return c.json({});
});

export default app;
