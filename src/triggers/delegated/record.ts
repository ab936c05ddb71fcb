/** What the audit log is told of this door: runs that people start, and forms that are not theirs and were sent. */
import type { Context } from 'hono';
import { audit, personActor, type Audited } from '../../access/audit.ts';
import type { HttpContext } from '../../access/context.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { personOf } from './viewer.ts';

const NAME_LENGTH = 100;

/** The run is durable and its history says who started it: a silent log is no reason to tell people it failed. */
const record = async (c: Context<HttpContext>, what: Omit<Audited, 'actor'>): Promise<void> => {
  try {
    await audit(c.env, { actor: personActor(personOf(c)), ...what });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    console.error(c.get('requestId'), 'the audit log does not answer:', error.message);
  }
};

export const recordStart = (c: Context<HttpContext>, flow: string, run: string): Promise<void> =>
  record(c, { action: 'runs.create', target: flow, detail: { run, requestId: c.get('requestId') } });

/** After the answer, for unknown names as for forbidden ones: the time of the answer tells neither. */
export const recordRefusal = (c: Context<HttpContext>, name: string): void =>
  c.executionCtx.waitUntil(
    record(c, {
      action: 'runs.create',
      target: name.slice(0, NAME_LENGTH),
      outcome: 'refused',
      detail: { requestId: c.get('requestId') },
    }),
  );
