/** The look-up of one version of a flow, as the doors look flows up by name. Versions never change. */
import type { Flow } from '../domain/flow.ts';
import { FLOW_NAME, versioned } from '../domain/flow.ts';
import type { Bindings } from './bindings.ts';
import { getVersion } from './flows.ts';
import { makeLookup } from './lookup.ts';

const lookup = makeLookup<Flow>(async (db, key) => {
  const [name = '', version = ''] = key.split('@');
  return FLOW_NAME.test(name) ? (await getVersion(db, name, Number(version)))?.definition : undefined;
});

/** @throws StoreUnavailable when D1 does not answer and the version is not known here */
export const findVersion = (
  env: Pick<Bindings, 'DB'>,
  flow: { readonly name: string; readonly version: number },
  now: number,
): Promise<Flow | undefined> => lookup(env.DB, versioned(flow.name, flow.version), now);
