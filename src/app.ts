/** HTTP: the middleware, the mount table, and the one place where what is thrown becomes an answer. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { authenticate } from './access/allow.ts';
import type { HttpContext, Reach } from './access/context.ts';
import { recordChanges } from './access/record-changes.ts';
import { requirePerson } from './access/require-person.ts';
import { managementApi } from './api/management.ts';
import { bodyCap } from './body-cap.ts';
import type { Cards } from './domain/card.ts';
import { mintId } from './domain/ids.ts';
import { problemResponse, refuse } from './domain/problem.ts';
import { catalogueOf } from './language/catalogue.ts';
import { flowJsonSchema } from './language/json-schema.ts';
import { reachProvider } from './reach-provider.ts';
import { responseHeaders } from './response-headers.ts';
import { sourcePorts } from './source-ports.ts';
import { StoreUnavailable } from './storage/deadline.ts';
import { faultsOf } from './storage/health.ts';
import { apiDoor } from './triggers/api/door.ts';
import { delegatedDoor } from './triggers/delegated/door.ts';
import { eventDoor } from './triggers/event/door.ts';
import { manualDoor } from './triggers/manual/door.ts';
import type { ManualPorts } from './triggers/manual/door.ts';
import { cardsPage } from './web/cards-page.ts';
import { styleSheet, STYLE_PATH } from './web/page.ts';
import { problemPage } from './web/problem-page.ts';
import { signInDoor } from './web/sign-in.ts';
import { signOutDoor } from './web/sign-out.ts';

export interface AppParts {
  readonly cards: Cards;
  /** as package.json says */
  readonly version: string;
  readonly dryRun: ManualPorts['dryRun'];
  /** how identity providers are asked, if not over the network */
  readonly reach?: Reach;
  /** where made-up people sign in: in `npm start` alone */
  readonly development?: Hono<HttpContext>;
}

type Ctx = Context<HttpContext>;

const notFound = (c: Ctx): Response =>
  problemResponse(refuse('not_found', `Nothing is at ${c.req.path}.`), c.get('requestId'));

/** Refusals are returned; what is thrown is an outage of the store, or a bug. */
const failed = (error: Error, c: Ctx): Response => {
  const requestId = c.get('requestId');
  if (error instanceof StoreUnavailable) {
    console.error(requestId, error.message);
    return problemResponse(refuse('unavailable', 'The database does not answer. Try again.'), requestId);
  }
  console.error(requestId, error);
  return problemResponse(
    refuse('internal', 'Something broke; the log has it under the request id.'),
    requestId,
  );
};

/** Open to everybody: what helps to write flows and to understand answers. */
const openPages = (cards: Cards): Hono<HttpContext> => {
  const open = new Hono<HttpContext>();
  open.get('/health', async (c) => {
    const faults = await faultsOf(c.env.DB, Date.now());
    return c.json(faults.length === 0 ? { status: 'ok' } : { status: 'degraded', faults });
  });
  open.get('/schema/flow.json', (c) => {
    c.header('Content-Type', 'application/schema+json');
    return c.body(JSON.stringify(flowJsonSchema(catalogueOf(cards))));
  });
  open.get('/docs/cards', () => cardsPage(cards));
  open.get(STYLE_PATH, () => styleSheet());
  open.get(
    '/problems/:code',
    async (c) => (await problemPage(c.req.param('code'), c.req.raw)) ?? notFound(c),
  );
  return open;
};

export const createApp = (parts: AppParts): Hono<HttpContext> => {
  const { cards, version, dryRun, reach = reachProvider, development } = parts;
  const app = new Hono<HttpContext>();
  app.use(async (c, next) => {
    c.set(
      'requestId',
      mintId('req', Date.now(), (length) => crypto.getRandomValues(new Uint8Array(length))),
    );
    c.set('cards', cards);
    c.set('reach', reach);
    c.set('development', development !== undefined);
    return next();
  });
  app.use(responseHeaders);
  app.use(bodyCap);
  app.use('/api/*', authenticate);
  app.use('/api/*', recordChanges);
  app.route('/', openPages(cards));
  app.route('/', signInDoor);
  app.route('/', signOutDoor);
  if (development) app.route('/', development);
  app.route('/', apiDoor);
  app.route('/', eventDoor(sourcePorts));
  app.route('/', manualDoor({ dryRun }));
  app.route('/', delegatedDoor(requirePerson));
  app.route('/', managementApi(version));
  app.notFound(notFound);
  app.onError(failed);
  return app;
};
