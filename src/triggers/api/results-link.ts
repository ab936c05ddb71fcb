/** The link behind which a run's answer can be fetched for a day: the link is the login. */
import { isRunId, mintedAt } from '../../domain/ids.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { sameText, sign } from '../../storage/signing.ts';

export const RESULTS_KEPT_MS = 24 * 3_600_000;

const macOf = async (env: Bindings, runId: string): Promise<string> =>
  btoa(String.fromCharCode(...(await sign(env, 'results', runId))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

export const resultsLink = async (env: Bindings, runId: string): Promise<string> =>
  `/results/${runId}.${await macOf(env, runId)}`;

export type Link =
  | { readonly ok: true; readonly runId: string }
  | { readonly ok: false; readonly reason: 'not_ours' | 'expired' };

/** Reads `<run>.<mac>`; the time is that of the run's id. */
export const readLink = async (env: Bindings, text: string, now: number): Promise<Link> => {
  const [runId = '', mac = '', ...rest] = text.split('.');
  if (!isRunId(runId) || rest.length > 0) return { ok: false, reason: 'not_ours' };
  if (!sameText(mac, await macOf(env, runId))) return { ok: false, reason: 'not_ours' };
  return now - mintedAt(runId) > RESULTS_KEPT_MS ? { ok: false, reason: 'expired' } : { ok: true, runId };
};
