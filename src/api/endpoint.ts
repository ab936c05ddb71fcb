/**
 * One endpoint of the management API, described once: the same schemas check what comes in, type what goes out and make
 * the OpenAPI document.
 */
import type { Context } from 'hono';
import * as z from 'zod';
import { refusalOf } from '../access/allow.ts';
import type { HttpContext, Identity } from '../access/context.ts';
import type { Scope } from '../access/scopes.ts';
import type { Cards } from '../domain/card.ts';
import { problemResponse, refuse } from '../domain/problem.ts';
import type { ProblemCode, Refusal } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { check, mediaType, queryOf, readJson, readText } from './read-request.ts';
import type { Read } from './read-request.ts';

export type Method = 'get' | 'put' | 'post' | 'delete';

/** What an endpoint needs to do its work, read and checked. */
export interface Call<Q, B> {
  readonly env: Bindings;
  readonly cards: Cards;
  readonly identity: Identity;
  readonly request: Request;
  readonly now: number;
  readonly query: Q;
  readonly body: B;
  /** a part of the path, decoded */
  readonly param: (name: string) => string;
}

export interface Answer<R> {
  readonly ok: true;
  readonly body: R;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answer = <R>(body: R, more: Omit<Answer<R>, 'ok' | 'body'> = {}): Answer<R> => ({
  ok: true,
  body,
  ...more,
});

/** A text body, taken as it is; which of these media types it has. */
export interface TextBody {
  readonly types: readonly string[];
  readonly description: string;
}
export interface SentText {
  readonly type: string;
  readonly text: string;
}

/** What the document says of an endpoint. */
export interface Described {
  readonly method: Method;
  /** below /api/v1, as OpenAPI writes it: `/flows/{name}` */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | TextBody;
  /** the good answer; absent when there is no JSON in it */
  readonly gives?: z.ZodType;
  /** media types of good answers that are no JSON */
  readonly alsoGives?: readonly string[];
  /** of the good answers; 200 */
  readonly statuses?: readonly number[];
  /** refusals of its own, besides those that all share */
  readonly refuses?: readonly ProblemCode[];
}

export interface Endpoint extends Described {
  readonly respond: (c: Context<HttpContext>) => Promise<Response>;
}

type BodyOf<B> = B extends z.ZodType ? z.output<B> : B extends TextBody ? SentText : undefined;

interface Definition<
  Q extends z.ZodObject,
  B extends z.ZodType | TextBody,
  R extends z.ZodType,
> extends Described {
  readonly query?: Q;
  readonly body?: B;
  readonly gives?: R;
  readonly run: (call: Call<z.output<Q>, BodyOf<B>>) => Promise<Answer<z.input<R>> | Response | Refusal>;
}

const readSent = async (request: Request, body: z.ZodType | TextBody | undefined): Promise<Read<unknown>> => {
  if (body === undefined) return { ok: true, value: undefined };
  if (body instanceof z.ZodType) {
    const json = await readJson(request);
    return json.ok ? check(body, json.value, 'The body') : json;
  }
  const type = mediaType(request);
  if (!body.types.includes(type)) {
    return refuse('unsupported_media_type', `Send the body as ${body.types.join(' or ')}.`);
  }
  const text = await readText(request);
  return text.ok ? { ok: true, value: { type, text: text.value } } : text;
};

const wire = (result: Answer<unknown> | Response | Refusal, requestId: string): Response => {
  if (result instanceof Response) return result;
  if (!result.ok) return problemResponse(result, requestId);
  const { status = 200, headers = {} } = result;
  return status === 204
    ? new Response(null, { status, headers })
    : Response.json(result.body, { status, headers });
};

/** Ties the types of `run` to the schemas, and forgets them: the table of endpoints keeps the general type. */
export const endpoint = <
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType | TextBody = TextBody,
  R extends z.ZodType = z.ZodType,
>(
  definition: Definition<Q, B, R>,
): Endpoint => {
  const { run, ...described } = definition;
  const querySchema = definition.query ?? z.strictObject({});
  const respond = async (c: Context<HttpContext>): Promise<Response> => {
    const requestId = c.get('requestId');
    const identity = c.get('identity');
    const refusal = refusalOf(identity, definition.scope);
    if (refusal || !identity) return problemResponse(refusal ?? refuse('unauthenticated', ''), requestId);
    const query = check(querySchema, queryOf(c.req.url), 'The query');
    if (!query.ok) return problemResponse(query, requestId);
    const body = await readSent(c.req.raw, definition.body);
    if (!body.ok) return problemResponse(body, requestId);
    const result = await run({
      env: c.env,
      cards: c.get('cards'),
      identity,
      request: c.req.raw,
      now: Date.now(),
      // Both were just read with the schemas that these types are made of.
      query: query.value as z.output<Q>,
      body: body.value as BodyOf<B>,
      param: (name) => c.req.param(name) ?? '',
    });
    return wire(result, requestId);
  };
  return { ...described, respond };
};
