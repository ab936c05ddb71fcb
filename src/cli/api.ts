/** The HTTP API of a running Sluice as the terminal uses it: one request, its answer checked, its refusal told. */
import * as z from 'zod';
import { CliError, type Ending } from './exit.ts';
import type { Target } from './target.ts';

export interface Api extends Target {
  readonly signal: AbortSignal;
}

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Ask<T extends z.ZodType> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** members that are undefined are left out; a list repeats its name */
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** shape of the answer */
  readonly gives: T;
}

const Problem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  errors: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        file: z.string().optional(),
        line: z.number().optional(),
        column: z.number().optional(),
      }),
    )
    .optional(),
});
type Problem = z.output<typeof Problem>;

const ENDINGS: Readonly<Record<string, Ending>> = {
  unavailable: 'unreachable',
  invalid_flow: 'failed',
  internal: 'failed',
  run_failed: 'failed',
};

const hintFor = (code: string, target: Target): string => {
  if (code === 'unauthenticated') {
    return target.token === undefined
      ? '\nNo token was sent: give one with --token or SLUICE_TOKEN. `npm start` prints the first one.'
      : '\nThe token is not one of this installation, or was revoked.';
  }
  if (code === 'rate_limited' || code === 'unavailable') return '\nTry again in a moment.';
  return '';
};

const sentence = (problem: Problem, target: Target): string => {
  const items = (problem.errors ?? []).map(({ path, message, line, column }) => {
    const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`;
    return `\n  ${path === '' ? '' : `${path}: `}${message}${place}`;
  });
  const request = problem.code === 'internal' ? `\nRequest id: ${problem.requestId ?? 'unknown'}` : '';
  return `${problem.detail ?? problem.title}${items.join('')}${request}${hintFor(problem.code, target)}`;
};

const refusalOf = async (response: Response, target: Target): Promise<CliError> => {
  const text = await response.text();
  const problem = Problem.safeParse(parseJson(text));
  if (problem.success) {
    return new CliError(ENDINGS[problem.data.code] ?? 'refused', sentence(problem.data, target));
  }
  const what = `${target.url} answered ${response.status} and nothing that Sluice would say`;
  return new CliError(
    response.status >= 500 ? 'unreachable' : 'refused',
    `${what}: is it the right address?`,
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Node puts what really happened into the cause of its one-sentence error. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
};

const addressOf = (api: Api, path: string, query: Ask<z.ZodType>['query']): URL => {
  let address: URL;
  try {
    address = new URL(`${api.url}${path}`);
  } catch {
    throw new CliError('usage', `"${api.url}" is no address: write it like http://localhost:8787.`);
  }
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? []].flat()) address.searchParams.append(name, one);
  }
  return address;
};

/** The raw answer when it is a good one; texts are sent as they are, other bodies as JSON. */
export const request = async (
  api: Api,
  path: string,
  ask: Omit<Ask<z.ZodType>, 'gives'>,
): Promise<Response> => {
  const { method = 'GET', query, body } = ask;
  const headers = new Headers(ask.headers);
  if (api.token !== undefined) headers.set('Authorization', `Bearer ${api.token}`);
  if (body !== undefined && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json');
  const address = addressOf(api, path, query);
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers,
      signal: api.signal,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (api.signal.aborted) throw new CliError('interrupted', 'Interrupted.');
    const remedy = 'Start Sluice with `npm start`, or name its address with --url or SLUICE_URL.';
    throw new CliError('unreachable', `Nothing answers at ${api.url} (${causeOf(error)}).\n${remedy}`);
  }
  if (!response.ok) throw await refusalOf(response, api);
  return response;
};

export const askApi = async <T extends z.ZodType>(
  api: Api,
  path: string,
  ask: Ask<T>,
): Promise<z.output<T>> => {
  const response = await request(api, path, ask);
  const text = await response.text();
  const answer = ask.gives.safeParse(text === '' ? null : parseJson(text));
  if (answer.success) return answer.data;
  const where = answer.error.issues[0]?.path.join('.') || 'the answer';
  throw new CliError(
    'failed',
    `${api.url}${path} answered something this version of sluice does not understand (${where}).`,
  );
};
