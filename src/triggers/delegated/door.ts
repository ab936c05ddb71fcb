/** The delegated door: forms by which permitted people, who are no administrators, run a flow. */
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { isRunId } from '../../domain/ids.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { listDelegated } from '../../storage/delegated-flows.ts';
import { listOwnRuns } from '../../storage/own-runs.ts';
import { delegatedForm } from '../../web/delegated-form.ts';
import { delegatedList } from '../../web/delegated-list.ts';
import { inputsOf } from '../../web/form/inputs.ts';
import { defaultsOf } from '../../web/form/texts.ts';
import { myRuns } from '../../web/my-runs.ts';
import { findForm } from './find-form.ts';
import { newFormKey } from './form-key.ts';
import { showRun } from './show-run.ts';
import { submit } from './submit.ts';
import { nothingHere, notNow, personOf, viewerOf } from './viewer.ts';

type Ctx = Context<HttpContext>;

const RUNS_A_PAGE = 50;

const showList = async (c: Ctx): Promise<Response> => {
  const offers = await listDelegated(c.env.DB, personOf(c), Date.now());
  return delegatedList(viewerOf(c), offers, (c.req.query('q') ?? '').trim().slice(0, 200));
};

const showForm = async (c: Ctx): Promise<Response> => {
  const now = Date.now();
  const name = c.req.path.slice('/delegated/'.length);
  const form = await findForm(c.env, personOf(c), { name, now });
  if (form === undefined) return nothingHere(c);
  const { flow } = form;
  const state = { texts: defaultsOf(inputsOf(flow.inputs)), errors: new Map() };
  return delegatedForm(viewerOf(c), { flow, state, formKey: newFormKey(now) });
};

const showOwnRuns = async (c: Ctx): Promise<Response> => {
  const before = c.req.query('before') ?? '';
  const page = { limit: RUNS_A_PAGE, ...(isRunId(before) ? { before } : {}) };
  return myRuns(viewerOf(c), await listOwnRuns(c.env.DB, personOf(c).subject, page));
};

/** What is thrown is an outage of the store, or a bug; people get a page for the first. */
const failed = (error: Error, c: Ctx): Promise<Response> => {
  if (!(error instanceof StoreUnavailable) || c.get('person') === undefined) throw error;
  console.error(c.get('requestId'), error.message);
  return notNow(c);
};

/** @param enter lets people in who are signed in, and sends the others to the sign-in */
export const delegatedDoor = (enter: MiddlewareHandler<HttpContext>): Hono<HttpContext> => {
  const door = new Hono<HttpContext>();
  door.use('/delegated', enter);
  door.use('/delegated/*', enter);
  door.get('/delegated', showList);
  // No flow's name has a `_`, and none with this trigger is called `runs`: the language refuses it.
  door.get('/delegated/runs', showOwnRuns);
  door.get('/delegated/runs/:run{run_[0-9a-z]+}', showRun);
  door.get('/delegated/*', showForm);
  door.post('/delegated/*', submit);
  door.onError(failed);
  return door;
};
