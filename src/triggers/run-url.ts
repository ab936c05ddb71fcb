/** Where links begin, and the address of a run. */
import type { Bindings } from '../storage/bindings.ts';

export { originOf } from '../access/origin.ts';

/** Where links begin when nobody called: as set, else nowhere, and links are paths. */
export const publicOrigin = (env: Pick<Bindings, 'SLUICE_PUBLIC_URL'>): string =>
  (env.SLUICE_PUBLIC_URL ?? '').replace(/\/+$/, '');

export const runUrl = (origin: string, runId: string): string => `${origin}/api/v1/runs/${runId}`;
