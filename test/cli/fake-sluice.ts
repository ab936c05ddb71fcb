/** An installation that speaks the API as far as a test says: a table of answers, and what was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly type?: string;
  /** ends the connection without ending the answer */
  readonly breaks?: boolean;
}

/** `GET /api/v1/runs`: the query is not part of the key. A list of replies is used up one by one, the last one stays. */
export type Answers = Readonly<Record<string, Reply | readonly Reply[]>>;

export interface FakeSluice {
  readonly url: string;
  readonly asked: Asked[];
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request) text += String(part);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
};

const NOT_FOUND: Reply = {
  status: 404,
  json: { code: 'not_found', title: 'Not found', detail: 'There is nothing of this name.' },
};

const send = (response: ServerResponse, { status = 200, json, text, type, breaks = false }: Reply): void => {
  response.writeHead(status, { 'Content-Type': type ?? 'application/json' });
  const body = text ?? (json === undefined ? '' : JSON.stringify(json));
  if (!breaks) response.end(body);
  else response.write(body, () => response.destroy());
};

export const fakeSluice = async (answers: Answers): Promise<FakeSluice> => {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  const replyTo = (key: string): Reply => {
    const reply = answers[key] ?? NOT_FOUND;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return 'length' in reply ? (reply[Math.min(count, reply.length - 1)] ?? NOT_FOUND) : reply;
  };
  const server = createServer(async (request, response) => {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const token = request.headers.authorization?.replace('Bearer ', '');
    asked.push({ method, path, token, headers: request.headers, body: await bodyOf(request) });
    send(response, replyTo(`${method} ${path.split('?')[0]}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
