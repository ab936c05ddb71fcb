/** What a durable step costs over its bare request: a run of a hundred requests one after the other, and the same unrecorded. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { median } from './median.ts';
import { EFFECTS, post } from './subject.ts';

export interface Effects {
  readonly bareMs: number;
  readonly stepMs: number;
  /** per step */
  readonly overheadMs: number;
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
    const bare = () => timed('/floor/effects', { url: sink, count: EFFECTS });
    const steps = () => timed('/invoke/hundred', { url: sink });
    await bare();
    await steps();
    const pairs: { readonly bare: number; readonly step: number }[] = [];
    for (let round = 0; round < rounds; round += 1) pairs.push({ bare: await bare(), step: await steps() });
    return {
      bareMs: median(pairs.map(({ bare }) => bare)),
      stepMs: median(pairs.map(({ step }) => step)),
      overheadMs: median(pairs.map(({ bare, step }) => step - bare)),
    };
  });
