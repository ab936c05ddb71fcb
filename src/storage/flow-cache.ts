/** The doors' look-up of a flow by name: its newest version, parsed. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Flow } from '../domain/flow.ts';
import type { Bindings } from './bindings.ts';
import { makeLookup } from './lookup.ts';
import { flows, flowVersions } from './schema.ts';
import type { FlowStatus } from './schema.ts';

export interface FoundFlow {
  readonly name: string;
  readonly version: number;
  readonly status: FlowStatus;
  readonly definition: Flow;
}

const lookup = makeLookup<FoundFlow>(async (db, name) =>
  drizzle(db)
    .select({
      name: flows.name,
      version: flows.version,
      status: flows.status,
      definition: flowVersions.definition,
    })
    .from(flows)
    .innerJoin(flowVersions, and(eq(flowVersions.flow, flows.name), eq(flowVersions.version, flows.version)))
    .where(eq(flows.name, name))
    .get(),
);

/**
 * The flow of that name, whatever its status: whether a disabled or archived one is refused is the door's to say.
 * At most a second old, or 15 minutes while D1 does not answer.
 * @throws StoreUnavailable when D1 does not answer and the flow is not known here
 */
export const findFlow = (
  env: Pick<Bindings, 'DB'>,
  name: string,
  now: number,
): Promise<FoundFlow | undefined> => lookup(env.DB, name, now);
