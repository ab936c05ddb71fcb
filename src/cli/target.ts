/** Which installation a command talks to, and as whom. */
import { readRecord } from './local/record.ts';
import { readSecrets } from './local/secrets.ts';
import { dataDirectory, DEFAULT_PORT, setting } from './project.ts';
import type { Terminal } from './terminal.ts';

export interface Target {
  readonly url: string;
  readonly token: string | undefined;
}

export interface TargetFlags {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly data?: string | undefined;
}

const isHere = (url: string): boolean =>
  URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

/**
 * Flags win over the environment, that over the installation that runs on the data directory; at last the usual
 * address. The local token goes to this machine only: sent to an address that somebody named it would be given away.
 */
export const findTarget = (flags: TargetFlags, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): Target => {
  const named = flags.url ?? setting(env, 'SLUICE_URL');
  const token = flags.token ?? setting(env, 'SLUICE_TOKEN');
  const data = dataDirectory(flags.data ?? setting(env, 'SLUICE_DATA'), cwd);
  const record = readRecord(data.record);
  const local = record?.url ?? `http://localhost:${DEFAULT_PORT}`;
  const url = (named ?? local).replace(/\/+$/, '');
  if (token !== undefined || (url !== local && !isHere(url))) return { url, token };
  return { url, token: record?.token ?? readSecrets(data.secrets).SLUICE_TOKEN };
};
