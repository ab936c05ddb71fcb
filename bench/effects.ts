/** What a durable step costs over its bare request: a run of a hundred requests one after the other, and the same unrecorded. */
import { median } from './median.ts';
import { withSink } from './sink.ts';
import { EFFECTS, post } from './subject.ts';

export interface Effects {
  /** each per step: the request alone, with a row on disk before it, and as a step of a run */
  readonly bareMs: number;
  readonly recordedMs: number;
  readonly stepMs: number;
  /** of the step over the bare request, and over the recorded one */
  readonly overheadMs: number;
  readonly overRecordedMs: number;
}

export const measureEffects = (url: string, rounds: number): Promise<Effects> =>
  withSink(async (sink) => {
    const timed = async (path: string, body: unknown): Promise<number> => {
      const begun = performance.now();
      await post(url + path, JSON.stringify(body));
      return (performance.now() - begun) / EFFECTS;
    };
    const floor = (isRecorded: boolean) => timed('/floor/effects', { url: sink, count: EFFECTS, isRecorded });
    const turn = async () => ({
      bare: await floor(false),
      recorded: await floor(true),
      step: await timed('/invoke/hundred', { url: sink }),
    });
    await turn();
    const turns: Awaited<ReturnType<typeof turn>>[] = [];
    for (let round = 0; round < rounds; round += 1) turns.push(await turn());
    return {
      bareMs: median(turns.map(({ bare }) => bare)),
      recordedMs: median(turns.map(({ recorded }) => recorded)),
      stepMs: median(turns.map(({ step }) => step)),
      overheadMs: median(turns.map(({ bare, step }) => step - bare)),
      overRecordedMs: median(turns.map(({ recorded, step }) => step - recorded)),
    };
  });
