import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/history.ts';
import type { StepRecord } from '../../src/domain/run.ts';
import { fullDetail, fullStep, leanStep } from '../../src/storage/lean-copy.ts';
import type { StoredStep } from '../../src/storage/lean-copy.ts';
import { pagesOf, recordOf } from '../../src/storage/run-record.ts';
import { aDetail, aStep } from './run-builder.ts';

/** The steps of its first page. */
const stepsOf = ({ pages }: RunRecord): StepRecord[] => {
  const stored: StoredStep[] = JSON.parse(pages[0]?.json ?? '[]');
  return stored.map(fullStep);
};

describe('the copy of a run', () => {
  it('keeps short values as they are', async () => {
    const detail = aDetail({ inputs: { text: 'ä'.repeat(30_000) } });

    const record = await recordOf({ detail, steps: [aStep('a')], revision: 3, subject: 'Ana' });

    expect(fullDetail(record.summary, JSON.parse(record.detail))).toEqual(detail);
    expect(stepsOf(record)).toEqual([aStep('a')]);
  });

  it('says of a step only what is unusual about it', () => {
    const usual = aStep('a', { id: null, card: null, kind: 'return', input: null, output: 1 });
    const failed = aStep('b', { status: 'failed', output: null, error: { code: 'x', message: 'y' } });

    expect(Object.keys(leanStep(usual))).toEqual(['path', 'kind', 'startedAt', 'finishedAt', 'output']);
    expect([usual, failed].map(leanStep).map(fullStep)).toEqual([usual, failed]);
  });

  it('keeps size, hash and beginning of a value over 64 KB', async () => {
    const output = 'x'.repeat(70_000);

    const record = await recordOf({
      detail: aDetail({}),
      steps: [aStep('a', { output })],
      revision: 1,
      subject: '',
    });

    expect(stepsOf(record)[0]?.output).toEqual({
      shortened: {
        bytes: 70_002,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        begins: `"${'x'.repeat(999)}`,
      },
    });
  });

  it('shortens the body of an error, and drops those of single attempts', async () => {
    const error = { code: 'http_status', message: 'm', status: 500, body: 'b'.repeat(5_000) };
    const attempt = {
      number: 1,
      startedAt: 0,
      finishedAt: 1,
      effect: 'safe',
      happened: 'no',
      retryAt: 9,
    } as const;

    const record = await recordOf({
      detail: aDetail({}),
      steps: [aStep('a', { error, attempts: [{ ...attempt, error }] })],
      revision: 1,
      subject: '',
    });

    const [step] = stepsOf(record);
    expect(step?.error?.body).toHaveProperty('shortened.bytes', 5_002);
    expect(step?.attempts[0]?.error).toEqual({ code: 'http_status', message: 'm', status: 500 });
  });

  it('is cut into pages of 200 steps', () => {
    const steps = Array.from({ length: 401 }, (_, at) => JSON.stringify(aStep(`s${at}`)));

    const pages = pagesOf(steps);

    expect(pages.map(({ count }) => count)).toEqual([200, 200, 1]);
    expect(pages.flatMap(({ json }) => JSON.parse(json))).toEqual(steps.map((step) => JSON.parse(step)));
  });

  it('is cut into smaller pages where steps are large, for a row of D1 ends at 2 MB', () => {
    const long = { output: 'x'.repeat(60_000) };
    const steps = Array.from({ length: 20 }, (_, at) => JSON.stringify(aStep(`s${at}`, long)));

    expect(pagesOf(steps).map(({ count }) => count)).toEqual([6, 6, 6, 2]);
  });

  it('has a page even without steps', () => {
    expect(pagesOf([])).toEqual([{ count: 0, json: '[]' }]);
  });
});
