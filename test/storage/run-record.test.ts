import { describe, expect, it } from 'vitest';
import { pagesOf, recordOf } from '../../src/storage/run-record.ts';
import { aDetail, aStep } from './run-builder.ts';

describe('the copy of a run', () => {
  it('keeps short values as they are', async () => {
    const detail = aDetail({ inputs: { text: 'ä'.repeat(30_000) } });

    const record = await recordOf({ detail, steps: [aStep('a')], revision: 3, subject: 'Ana' });

    expect(record.detail).toEqual(detail);
    expect(record.pages).toEqual([[aStep('a')]]);
  });

  it('keeps size, hash and beginning of a value over 64 KB', async () => {
    const output = 'x'.repeat(70_000);

    const { pages } = await recordOf({
      detail: aDetail({}),
      steps: [aStep('a', { output })],
      revision: 1,
      subject: '',
    });

    expect(pages[0]?.[0]?.output).toEqual({
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

    const { pages } = await recordOf({
      detail: aDetail({}),
      steps: [aStep('a', { error, attempts: [{ ...attempt, error }] })],
      revision: 1,
      subject: '',
    });

    expect(pages[0]?.[0]?.error?.body).toHaveProperty('shortened.bytes', 5_002);
    expect(pages[0]?.[0]?.attempts[0]?.error).toEqual({ code: 'http_status', message: 'm', status: 500 });
  });

  it('is cut into pages of 200 steps', () => {
    const steps = Array.from({ length: 401 }, (_, at) => aStep(`s${at}`));

    expect(pagesOf(steps).map((page) => page.length)).toEqual([200, 200, 1]);
  });

  it('is cut into smaller pages where steps are large, for a row of D1 ends at 2 MB', () => {
    const steps = Array.from({ length: 20 }, (_, at) => aStep(`s${at}`, { output: 'x'.repeat(60_000) }));

    expect(pagesOf(steps).map((page) => page.length)).toEqual([6, 6, 6, 2]);
  });

  it('has a page even without steps', () => {
    expect(pagesOf([])).toEqual([[]]);
  });
});
