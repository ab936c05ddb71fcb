/**
 * Starts the helper of `settings.onFailure` for a failed run. T1: its key is the failed run and its attempt, so each is
 * told of once; at most sixty of a flow an hour, and the next one is told how many were held back.
 */
import type { FailedRun } from '../../domain/failed-run.ts';
import type { Flow } from '../../domain/flow.ts';
import { readableFailure } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { checkFields } from '../../language/fields.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { callLane } from '../../storage/call-lane.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { sha256 } from '../../storage/digest.ts';
import { homeOf } from '../../storage/lanes.ts';
import type { RunOrder } from '../order.ts';
import { publicOrigin } from '../run-url.ts';
import { startRun } from '../start-run.ts';
import { findHelper } from './find-helper.ts';

const idOf = ({ run, attempt }: FailedRun): string => `${run}:${attempt}`;

/** Those that the helper declares. */
const inputsFor = (flow: Flow, failure: FailedRun, held: number): JsonObject => {
  const { run, flow: name, version, error, startedAt, url } = failure;
  const all: JsonObject = {
    run,
    flow: name,
    version,
    error: readableFailure(error),
    startedAt: new Date(startedAt).toISOString(),
    url,
    held,
  };
  return Object.fromEntries(Object.entries(all).filter(([field]) => Object.hasOwn(flow.inputs, field)));
};

/** Nothing that happens later would make it possible. */
const giveUp = ({ helper, run, flow }: FailedRun, why: string): true => {
  console.error(`Helper "${helper}" was not told that run ${run} of ${flow} failed: ${why}`);
  return true;
};

const start = async (
  env: Bindings,
  failure: FailedRun,
  by: { readonly held: number; readonly now: number },
): Promise<boolean> => {
  const { held, now } = by;
  const found = await findHelper(env, failure.helper, null, now);
  if (found.kind !== 'found') return giveUp(failure, `it is ${found.kind}`);
  const { flow, version } = found;
  const { kind } = flow.trigger;
  if (kind !== 'helper') return giveUp(failure, `its trigger is of kind ${kind}, not helper`);
  const checked = checkFields(flow.inputs, inputsFor(flow, failure, held), { from: 'fit' });
  if (!checked.ok) return giveUp(failure, checked.errors.map(({ message }) => message).join('; '));
  const order: RunOrder = {
    flow,
    version,
    start: { trigger: 'helper', caller: { kind: 'run', id: failure.run }, inputs: checked.value },
    chain: [{ run: failure.run, flow: failure.flow, failed: true }],
    key: { scope: 'failure', key: idOf(failure), body: '' },
    waitMs: 0,
    origin: publicOrigin(env),
    now,
  };
  const started = await startRun(env, order);
  if (started.ok) return true;
  return started.code !== 'unavailable' && giveUp(failure, started.detail);
};

/** False: nobody can say now, and it is to be tried again. */
export const reportFailure = async (env: Bindings, failure: FailedRun, now: number): Promise<boolean> => {
  const home = homeOf(env, await sha256(failure.flow));
  const admitted = await callLane(env, home, (stub, header) =>
    stub.admitFailure(header, failure.flow, idOf(failure)),
  );
  if (!admitted.ok) return false;
  if (!admitted.value.isAdmitted) return true;
  try {
    return await start(env, failure, { held: admitted.value.held, now });
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
};
