/** Runs and steps for tests that speak of their storage. */
import { mintRunId } from '../../src/domain/ids.ts';
import type { RunDetail, StepRecord } from '../../src/domain/run.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

export const aDetail = (given: Partial<RunDetail> & { readonly at?: number }): RunDetail => {
  const { at = 0, ...members } = given;
  const createdAt = NOON + at;
  return {
    id: mintRunId(createdAt, 0, (length) => crypto.getRandomValues(new Uint8Array(length))),
    flow: 'hello',
    version: 1,
    status: 'succeeded',
    trigger: 'api',
    caller: { kind: 'public', id: null },
    attempt: 1,
    createdAt,
    finishedAt: createdAt + 20,
    error: null,
    steps: 1,
    parent: null,
    inputs: { name: 'Ana' },
    outputs: { greeting: 'Hello Ana' },
    reason: null,
    origin: null,
    waiting: null,
    response: null,
    ...members,
  };
};

export const aStep = (path: string, given: Partial<StepRecord> = {}): StepRecord => ({
  path,
  id: path,
  title: null,
  kind: 'card',
  card: 'text.upperCase',
  call: null,
  status: 'succeeded',
  startedAt: NOON,
  finishedAt: NOON + 1,
  input: { text: 'a' },
  output: 'A',
  error: null,
  runAttempt: 1,
  attempts: [],
  ...given,
});
