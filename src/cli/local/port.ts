/** Whether a port can be had: the runtime itself would only say that something went wrong. */
import { createServer } from 'node:net';
import { CliError } from '../exit.ts';

export const HOST = '127.0.0.1';

const explain = (error: NodeJS.ErrnoException, port: number): CliError => {
  if (error.code === 'EADDRINUSE') {
    const other = port < 65_535 ? port + 1 : port - 1;
    const remedy = `Stop it, or choose another port: npm start -- --port ${other}`;
    return new CliError('failed', `Port ${port} is in use by another program. ${remedy}`);
  }
  if (error.code === 'EACCES') {
    return new CliError(
      'failed',
      `Port ${port} may not be used by you: ports below 1024 usually are reserved.`,
    );
  }
  return new CliError('failed', `Port ${port} cannot be used: ${error.message}`);
};

/** Gives the port itself, or for 0 one that is free right now. */
export const claimPort = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(explain(error, port)));
    server.listen(port, HOST, () => {
      const address = server.address();
      const claimed = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
