/** An installation around the doors: real tables, real tokens, lanes in memory. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { expect } from 'vitest';
import type { HttpContext, Scope } from '../../src/access/context.ts';
import { handleOfId, mintToken } from '../../src/access/token.ts';
import { authenticate } from '../../src/access/allow.ts';
import type { RunAnswer, StartRequest } from '../../src/domain/lane.ts';
import { parseFlow } from '../../src/language/parse.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { draftOf } from '../../src/storage/flow-draft.ts';
import { saveFlows } from '../../src/storage/save-flows.ts';
import { addToken } from '../../src/storage/tokens.ts';
import { apiDoor } from '../../src/triggers/api/door.ts';
import { manualDoor, type ManualPorts } from '../../src/triggers/manual/door.ts';
import { fakeLanes, type FakeLanes } from './fake-lane.ts';

export const setUp = (): Promise<void> => applyD1Migrations(env.DB, env.MIGRATIONS);

/** Saves flows written without cards, each under its name. */
export const publish = async (texts: Readonly<Record<string, string>>): Promise<void> => {
  const drafts = Object.entries(texts).map(([name, text]) => {
    const parsed = parseFlow(name, text, { cards: new Map() });
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
    return draftOf({ name, format: 'yaml', text, definition: parsed.flow });
  });
  const writer = { origin: 'api', by: 'test', at: Date.now(), force: true } as const;
  const saved = await saveFlows(env.DB, await Promise.all(drafts), writer);
  if (!saved.ok) throw new Error(saved.detail);
};

const chance = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** A new token's text. Tokens of the same client are rotations of each other. */
export const tokenWith = async (scopes: readonly Scope[], client = 'client-1'): Promise<string> => {
  const { id, text, hash } = await mintToken(Date.now(), chance);
  const row = { handle: handleOfId(id), id, name: 'a test', hash, scopes, flow: null, client, by: 'test' };
  await addToken(env.DB, { ...row, createdAt: Date.now(), revokedAt: null });
  return text;
};

export interface Doorway {
  readonly lanes: FakeLanes;
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** `created` entries of the runs, in the order of their start */
  readonly created: () => Record<string, unknown>[];
}

const noDryRun: ManualPorts = {
  dryRun: async () => {
    throw new Error('This test runs nothing dry.');
  },
};

/** A JSON body with its header. */
export const json = (value: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Runs that end at once with their inputs as outputs. */
export const echo = (request: StartRequest): RunAnswer => ({
  status: 'succeeded',
  outputs: JSON.stringify(JSON.parse(request.created).inputs),
});

interface How {
  readonly respond?: FakeLanes['respond'];
  readonly ports?: ManualPorts;
  readonly settings?: Partial<Bindings>;
}

export const openDoors = ({ respond, ports = noDryRun, settings = {} }: How = {}): Doorway => {
  const lanes = fakeLanes();
  if (respond !== undefined) lanes.respond = respond;
  const app = new Hono<HttpContext>();
  app.use(async (c, next) => {
    c.set('requestId', 'req_test');
    c.set('cards', new Map());
    await next();
  });
  app.use('/api/*', authenticate);
  app.route('/', apiDoor);
  app.route('/', manualDoor(ports));
  const bindings = { ...env, RUN_LANE: lanes.namespace, SLUICE_HOMES: '2', SLUICE_LANES: '4', ...settings };
  return {
    lanes,
    ask: async (path, init) => app.request(`https://sluice.example${path}`, init, bindings),
    created: () =>
      [...lanes.objects.values()].flatMap((lane) =>
        [...lane.runs.values()].map(({ request }): Record<string, unknown> => JSON.parse(request.created)),
      ),
  };
};

/** The problem document that a request is refused with. */
export const problem = async (answer: Promise<Response>) => {
  const response = await answer;
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const body: {
    code: string;
    detail: string;
    errors?: { path: string; message: string }[];
    run?: string;
    error?: unknown;
  } = await response.json();
  return { status: response.status, headers: response.headers, ...body };
};

export const RUNNING: RunAnswer = { status: 'running' };
export const DONE: RunAnswer = { status: 'succeeded', outputs: '{"ok":true}' };

/** Doors behind which every run gets this answer, until it is changed; `call` asks the flow `waiting`. */
export const doorsSaying = (answer: RunAnswer) => {
  const doors = openDoors({ respond: () => answer });
  const change = (to: RunAnswer): void => {
    for (const lane of doors.lanes.objects.values()) for (const run of lane.runs.values()) run.answer = to;
  };
  return { ...doors, change, call: (init = json({})) => doors.ask('/invoke/waiting', init) };
};
