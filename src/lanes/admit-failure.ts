/**
 * How many failures of a flow are told: its home counts them, and those that it holds back. What was once said of a
 * failure holds for it: whoever asks again gets the same answer.
 */
import type { AdmittedFailure } from '../domain/lane.ts';
import { FAILURES_AN_HOUR } from '../domain/failed-run.ts';
import { admit } from './rate.ts';

const HOUR_MS = 3_600_000;

/** Belongs into a transaction. @param id run and attempt */
export const admitFailure = (
  sql: SqlStorage,
  { flow, id }: { readonly flow: string; readonly id: string },
  now: number,
): AdmittedFailure => {
  const known = sql
    .exec<{ held: number | null }>('SELECT held FROM told_failures WHERE id = ?', id)
    .toArray()[0];
  if (known !== undefined)
    return known.held === null ? { isAdmitted: false } : { isAdmitted: true, held: known.held };
  // No flow has a name like that: the windows of endpoints lie beside it.
  const limit = { name: `failures of ${flow}`, requests: FAILURES_AN_HOUR, perMs: HOUR_MS };
  const isAdmitted = admit(sql, limit, now) === 0;
  const held = heldBack(sql, flow);
  sql.exec('INSERT INTO told_failures VALUES (?, ?)', id, isAdmitted ? held : null);
  sql.exec(
    'INSERT INTO held_failures VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count',
    flow,
    isAdmitted ? 0 : held + 1,
  );
  return isAdmitted ? { isAdmitted, held } : { isAdmitted };
};

/** Failures of the flow that nobody was told of since the last one that somebody was. */
const heldBack = (sql: SqlStorage, flow: string): number =>
  sql.exec<{ count: number }>('SELECT count FROM held_failures WHERE flow = ?', flow).toArray()[0]?.count ??
  0;
