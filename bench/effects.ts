/** What a durable step costs over its bare request: a run of a hundred requests one after the other, and the same unrecorded. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { median } from './median.ts';
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

/** Runs `use` beside a server that answers at once. */
const withSink = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
  const sink = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  try {
    // A server that listens on TCP has such an address.
    const { port } = sink.address() as AddressInfo;
    return await use(`http://127.0.0.1:${port}/`);
  } finally {
    sink.closeAllConnections();
    sink.close();
  }
};

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
