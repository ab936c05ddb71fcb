/** Where links begin, and the address of a run. */
import type { Bindings } from '../storage/bindings.ts';

/** The public address of the installation, without a slash at the end: as set, else as the caller wrote it. */
export const originOf = (env: Bindings, requestUrl: string): string =>
  (env.SLUICE_PUBLIC_URL ?? '') === ''
    ? new URL(requestUrl).origin
    : (env.SLUICE_PUBLIC_URL ?? '').replace(/\/+$/, '');

/** Where links begin when nobody called: as set, else nowhere, and links are paths. */
export const publicOrigin = (env: Pick<Bindings, 'SLUICE_PUBLIC_URL'>): string =>
  (env.SLUICE_PUBLIC_URL ?? '').replace(/\/+$/, '');

export const runUrl = (origin: string, runId: string): string => `${origin}/api/v1/runs/${runId}`;
