/** A server on this machine that answers every request at once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Runs `use` beside a server that answers at once. */
export const withSink = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
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
