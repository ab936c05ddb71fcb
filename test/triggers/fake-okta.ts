/**
 * An Okta organisation on loopback with nothing but its System Log. It pages as Okta documents it: a polling query (no
 * `until`, ascending) goes by the order of keeping, its `next` link is there even behind an empty page, `since` and
 * `after` exclude each other, a link that it did not make is refused, and requests are counted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface LogEvent {
  readonly uuid: string;
  readonly eventType: string;
  readonly published: string;
}

export interface FakeOkta {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** what was asked: path and query */
  readonly asked: string[];
  /** kept in this order, whenever they were published */
  readonly log: LogEvent[];
  /** requests that are still allowed until `resetAt`; of `limit` */
  rate: { limit: number; remaining: number; resetAt: number };
  /** links made before are not good any more */
  forgetLinks: () => void;
  /** answers with this status instead, until undone */
  failWith: number | undefined;
  /** `next` links lead here instead */
  linksTo: string | undefined;
  readonly close: () => Promise<void>;
}

export const TOKEN = 'SSWS 00testtesttest';

const refuse = (response: ServerResponse, status: number, errorCode: string): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errorCode }));
};

const typeIn = (filter: string | null): string | undefined =>
  /^eventType eq "([^"]+)"$/.exec(filter ?? '')?.[1];

export const fakeOkta = async (): Promise<FakeOkta> => {
  let generation = 1;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', okta.url);
    okta.asked.push(`${url.pathname}${url.search}`);
    if (okta.failWith !== undefined) return refuse(response, okta.failWith, 'E0000009');
    if (request.headers.authorization !== TOKEN) return refuse(response, 401, 'E0000011');
    if (url.pathname !== '/api/v1/logs') return refuse(response, 404, 'E0000007');
    const rate = {
      'x-rate-limit-limit': String(okta.rate.limit),
      'x-rate-limit-remaining': String(Math.max(0, okta.rate.remaining - 1)),
      'x-rate-limit-reset': String(Math.ceil(okta.rate.resetAt / 1_000)),
    };
    if (okta.rate.remaining < 1) {
      response
        .writeHead(429, { 'content-type': 'application/json', ...rate })
        .end('{"errorCode":"E0000047"}');
      return;
    }
    okta.rate.remaining -= 1;
    const [since, after] = [url.searchParams.get('since'), url.searchParams.get('after')];
    if (since !== null && after !== null) return refuse(response, 400, 'E0000001');
    const [made, place] = after?.split('_') ?? [];
    if (after !== null && made !== String(generation)) return refuse(response, 400, 'E0000001');
    const limit = Number(url.searchParams.get('limit') ?? 100);
    const type = typeIn(url.searchParams.get('filter'));
    const page: LogEvent[] = [];
    let at = Number(place ?? 0);
    for (; at < okta.log.length && page.length < limit; at++) {
      const event = okta.log[at]!;
      if (since !== null && event.published < since) continue;
      if (type === undefined || event.eventType === type) page.push(event);
    }
    const next = new URL(url);
    next.searchParams.delete('since');
    next.searchParams.set('after', `${generation}_${at}`);
    const link = okta.linksTo === undefined ? next.href : `${okta.linksTo}${next.pathname}${next.search}`;
    response
      .writeHead(200, {
        'content-type': 'application/json',
        link: [`<${url.href}>; rel="self"`, `<${link}>; rel="next"`],
        ...rate,
      })
      .end(JSON.stringify(page));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server on a port has an address');
  const okta: FakeOkta = {
    url: `http://127.0.0.1:${address.port}`,
    asked: [],
    log: [],
    rate: { limit: 1_000, remaining: 1_000, resetAt: 0 },
    forgetLinks: () => {
      generation += 1;
    },
    failWith: undefined,
    linksTo: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return okta;
};
