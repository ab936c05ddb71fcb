/** Another system: takes requests, remembers them, answers after a moment. */
import { createServer } from 'node:http';

export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
}

export interface Sink {
  readonly url: string;
  readonly arrivals: Arrival[];
  readonly close: () => Promise<void>;
}

export const openSink = async (answersAfterMs: number): Promise<Sink> => {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'];
    const { method = '', url = '' } = request;
    arrivals.push({ method, path: url, key: typeof key === 'string' ? key : undefined });
    request.resume();
    setTimeout(() => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"taken":true}');
    }, answersAfterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sink has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
