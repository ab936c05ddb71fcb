/** What a caller sent to a flow's endpoint: the inputs given, and the request as expressions read it. */
import type { Flow } from '../../domain/flow.ts';
import type { JsonObject } from '../../domain/json.ts';
import { refuse, type Refusal } from '../../domain/problem.ts';
import { grouped, isDecodable } from './grouped.ts';
import { readBody, type Body } from './read-body.ts';
import { hasSecrets, readsRequest } from './reads-request.ts';

/** Never stored: they are for the door. */
const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-client-token']);
const TOKEN = 'clientToken';

export interface Sent {
  readonly ok: true;
  readonly given: JsonObject;
  readonly from: 'json' | 'text';
  /** `method`, `headers` (lower case), `query`, `body`, `rawBody` */
  readonly request: JsonObject;
}

const withoutToken = (object: JsonObject): JsonObject =>
  Object.hasOwn(object, TOKEN)
    ? Object.fromEntries(Object.entries(object).filter(([name]) => name !== TOKEN))
    : object;

const headersOf = (headers: Headers): JsonObject =>
  Object.fromEntries([...headers].filter(([name]) => !CREDENTIALS.has(name)));

/** As sent, unless a token stood in it: then as it reads without. */
const rawOf = (body: Body): string => {
  if (!Object.hasOwn(body.given, TOKEN)) return body.raw;
  return JSON.stringify(withoutToken(body.given));
};

const queryOf = (url: string): JsonObject | undefined => {
  if (!url.includes('?')) return {};
  const { search, searchParams } = new URL(url);
  return isDecodable(search) ? withoutToken(grouped(searchParams)) : undefined;
};

/** The request as the run keeps it: without credentials, and what would show secret inputs in the clear. */
const requestOf = (request: Request, flow: Flow, sent: { query: JsonObject; body?: Body }): JsonObject => {
  const kept = { method: request.method, headers: headersOf(request.headers) };
  if (hasSecrets(flow)) return kept;
  // Without a reader, history is spared a second copy of what the caller sent.
  if (!readsRequest(flow)) return { ...kept, query: sent.query };
  const { body } = sent;
  const read =
    body === undefined
      ? { body: null, rawBody: '' }
      : { body: withoutToken(body.given), rawBody: rawOf(body) };
  return { ...kept, query: sent.query, ...read };
};

/** Inputs come from the query of a GET and from the body of a POST. `clientToken` is taken out of both. */
export const readInput = async (request: Request, flow: Flow): Promise<Sent | Refusal> => {
  const query = queryOf(request.url);
  if (query === undefined) return refuse('malformed', 'The query of the address is not valid UTF-8.');
  if (request.method === 'GET') {
    return { ok: true, given: query, from: 'text', request: requestOf(request, flow, { query }) };
  }
  const body = await readBody(request);
  if (!body.ok) return body;
  const { from } = body;
  return {
    ok: true,
    given: withoutToken(body.given),
    from,
    request: requestOf(request, flow, { query, body }),
  };
};
