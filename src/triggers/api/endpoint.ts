/** The flow behind an address, and whether the caller may have it. */
import type { Identity } from '../../access/context.ts';
import { identify } from '../../access/identify.ts';
import { FLOW_NAME, type ApiTrigger, type Flow } from '../../domain/flow.ts';
import { refuse, type Refusal } from '../../domain/problem.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { callLane } from '../../storage/call-lane.ts';
import { sha256 } from '../../storage/digest.ts';
import { findFlow } from '../../storage/flow-cache.ts';
import { homeOf } from '../../storage/lanes.ts';

export interface Endpoint {
  readonly flow: Flow;
  readonly trigger: ApiTrigger;
  readonly version: number;
}

/** The endpoint of a flow; undefined for one that is unknown, disabled, archived or has no `api` trigger. */
export const findEndpoint = async (
  env: Bindings,
  name: string,
  now: number,
): Promise<Endpoint | undefined> => {
  // Names that cannot be anyone's cost no look-up.
  const found = FLOW_NAME.test(name) ? await findFlow(env, name, now) : undefined;
  if (found === undefined || found.status !== 'enabled') return undefined;
  const { trigger } = found.definition;
  return trigger.kind === 'api' ? { flow: found.definition, trigger, version: found.version } : undefined;
};

/** The scope of the flow's own token; who may start every flow by hand may start this one too. */
export const mayInvoke = (identity: Identity, flow: string): boolean =>
  identity.scopes.includes(`invoke:${flow}`) || identity.scopes.includes('runs:start');

export type Admitted = { readonly ok: true; readonly identity: Identity | undefined } | Refusal;

const withToken = async (env: Bindings, request: Request, { flow, trigger }: Endpoint): Promise<Admitted> => {
  const identity = await identify(request, env, Date.now(), trigger.tokenInQuery);
  if (identity === undefined) {
    const where = trigger.tokenInQuery
      ? ', `x-api-client-token: …` or `?clientToken=…`'
      : ' or `x-api-client-token: …`';
    return refuse('unauthenticated', `Send a token of this flow: \`Authorization: Bearer …\`${where}.`);
  }
  if (mayInvoke(identity, flow.name)) return { ok: true, identity };
  return refuse('forbidden', `The token "${identity.name}" may not call ${flow.name}.`);
};

/** Who calls, and whether the trigger's `auth` lets them. */
export const authorise = async (env: Bindings, request: Request, endpoint: Endpoint): Promise<Admitted> => {
  const { auth } = endpoint.trigger;
  if (auth === 'public') return { ok: true, identity: undefined };
  if (auth === 'token') return withToken(env, request, endpoint);
  // The language refuses such flows in this version; should one be stored, nobody gets in.
  return refuse('forbidden', `Flow ${endpoint.flow.name} asks for ${auth}, which this version cannot check.`);
};

/** Counts the request against the flow's rate limit, in the one lane that all its requests are counted in. */
export const countRequest = async (
  env: Bindings,
  { flow, trigger }: Endpoint,
): Promise<Refusal | undefined> => {
  const limit = trigger.rateLimit;
  if (limit === undefined) return undefined;
  const home = homeOf(env, await sha256(`rate ${flow.name}`));
  const counted = await callLane(env, home, (stub, header) =>
    stub.admit(header, flow.name, limit.requests, limit.perMs),
  );
  if (!counted.ok) return counted;
  if (counted.value === 0) return undefined;
  return refuse('rate_limited', `${flow.name} takes ${limit.requests} requests per ${limit.perMs} ms.`, {
    retryAfterSeconds: counted.value / 1_000,
  });
};
