/** Refusals on the wire: problem details (RFC 9457). The only table of codes, statuses and titles. */

export const PROBLEMS = {
  malformed: [400, 'The request cannot be read'],
  bad_cursor: [400, 'The cursor is not one of ours'],
  unauthenticated: [401, 'Who is calling?'],
  forbidden: [403, 'Not allowed'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  conflict: [409, 'Conflict'],
  in_progress: [409, 'Still in progress'],
  already_final: [409, 'Already ended'],
  expired: [410, 'Expired'],
  stale: [412, 'Changed meanwhile'],
  too_large: [413, 'Too large'],
  unsupported_media_type: [415, 'Unsupported media type'],
  invalid_input: [422, 'Invalid input'],
  invalid_flow: [422, 'Invalid flow'],
  key_reused: [422, 'Idempotency key used for another request'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something broke on our side'],
  run_failed: [500, 'The run failed'],
  unavailable: [503, 'Not available right now'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One wrong member of a request or one place in a flow; `path` is a JSON path. */
export interface ProblemItem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** A refusal, as borders return it. `status` differs from the table only where a flow's `fail` says so. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly status?: number;
  readonly errors?: readonly ProblemItem[];
  readonly retryAfterSeconds?: number;
  /** Further members of the problem document, such as `run`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export const refuse = (
  code: ProblemCode,
  detail: string,
  more: Omit<Refusal, 'ok' | 'code' | 'detail'> = {},
): Refusal => ({ ok: false, code, detail, ...more });

/** The one place where a refusal becomes an answer. Seconds of `Retry-After` are at least 1. */
export const problemResponse = (refusal: Refusal, requestId: string): Response => {
  const [usual, title] = PROBLEMS[refusal.code];
  const status = refusal.status ?? usual;
  const body = {
    type: `/problems/${refusal.code}`,
    title,
    status,
    detail: refusal.detail,
    code: refusal.code,
    requestId,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    ...refusal.members,
  };
  const headers = new Headers({ 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId });
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer realm="sluice"');
  if (refusal.retryAfterSeconds !== undefined || status === 503 || status === 429) {
    headers.set('Retry-After', String(Math.max(1, Math.ceil(refusal.retryAfterSeconds ?? 2))));
  }
  return new Response(JSON.stringify(body), { status, headers });
};
