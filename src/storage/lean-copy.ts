/**
 * The copy of a run without what goes without saying. Most steps have no title, no error and one attempt; a row that
 * says so for each of them is twice as long, and history is what an installation stores most of.
 */
import type { Json } from '../domain/json.ts';
import type { RunDetail, RunSummary, StepRecord } from '../domain/run.ts';

const STEP = {
  id: null,
  title: null,
  card: null,
  call: null,
  status: 'succeeded',
  input: null,
  output: null,
  error: null,
  runAttempt: 1,
} as const satisfies Partial<StepRecord>;
const ATTEMPTS: StepRecord['attempts'] = [];

const DETAIL = {
  inputs: null,
  outputs: null,
  reason: null,
  origin: null,
  waiting: null,
  response: null,
} as const satisfies Partial<RunDetail>;

type Told = Readonly<Record<string, Json>>;

/** A step without the members that have their usual value. */
export type StoredStep = Partial<StepRecord> & Pick<StepRecord, 'path' | 'kind' | 'startedAt' | 'finishedAt'>;
/** What a run's row has no columns for, without nulls. */
export type StoredDetail = Partial<Pick<RunDetail, keyof typeof DETAIL>>;

const isUsual = (usual: Told, name: string, value: unknown): boolean =>
  Object.hasOwn(usual, name) && usual[name] === value;

export const leanStep = (step: StepRecord): StoredStep => {
  const told: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(step)) if (!isUsual(STEP, name, value)) told[name] = value;
  if (step.attempts.length === 0) delete told.attempts;
  // Only members that have a default were left out.
  return told as StoredStep;
};

export const fullStep = (stored: StoredStep): StepRecord => ({ ...STEP, attempts: ATTEMPTS, ...stored });

export const leanDetail = (detail: RunDetail): StoredDetail => {
  const told: Record<string, unknown> = {};
  for (const name of Object.keys(DETAIL)) {
    // A key of the literal above.
    const value = detail[name as keyof typeof DETAIL];
    if (value !== null) told[name] = value;
  }
  return told;
};

export const fullDetail = (summary: RunSummary, stored: StoredDetail): RunDetail => ({
  ...summary,
  ...DETAIL,
  ...stored,
});
