/** Where this installation is reached. */
import type { Bindings } from '../storage/bindings.ts';

/** The public address of the installation, without a slash at the end: as set, else as the caller wrote it. */
export const originOf = (env: Pick<Bindings, 'SLUICE_PUBLIC_URL'>, requestUrl: string): string =>
  (env.SLUICE_PUBLIC_URL ?? '') === ''
    ? new URL(requestUrl).origin
    : (env.SLUICE_PUBLIC_URL ?? '').replace(/\/+$/, '');
