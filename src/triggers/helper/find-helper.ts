/** The helper door: the flow that a step calls, in the version in force or in one that it is pinned to. */
import { FLOW_NAME, type Flow } from '../../domain/flow.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { findFlow } from '../../storage/flow-cache.ts';
import { findVersion } from '../../storage/version-cache.ts';

export type FoundHelper =
  | { readonly kind: 'found'; readonly flow: Flow; readonly version: number }
  | { readonly kind: 'missing' | 'disabled' };

const MISSING: FoundHelper = { kind: 'missing' };

/**
 * A disabled flow is called in no version, an archived one is missing.
 * @param version null: that in force
 * @throws StoreUnavailable when D1 does not answer and the flow is not known here
 */
export const findHelper = async (
  env: Pick<Bindings, 'DB'>,
  name: string,
  version: number | null,
  now: number,
): Promise<FoundHelper> => {
  const found = FLOW_NAME.test(name) ? await findFlow(env, name, now) : undefined;
  if (found === undefined || found.status === 'archived') return MISSING;
  if (found.status === 'disabled') return { kind: 'disabled' };
  if (version === null || version === found.version)
    return { kind: 'found', flow: found.definition, version: found.version };
  const flow = await findVersion(env, { name, version }, now);
  return flow === undefined ? MISSING : { kind: 'found', flow, version };
};
