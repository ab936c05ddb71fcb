/**
 * The guard in front of every outgoing request: flows reach the public internet and nothing else. Names are judged
 * as they are written; what they resolve to is the platform's affair (on the edge, never a private address).
 */
import type { ActionContext } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import { reachOf } from './address.ts';

type Network = ActionContext['network'];

/** RFC 6762 (local), RFC 8375 (home.arpa), ICANN's reservation for private use (internal). */
const PRIVATE_ENDINGS = ['.internal', '.local', '.home.arpa'];

const hostOf = (url: URL): string => url.hostname.replace(/\.+$/, '');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || reachOf(host) === 'loopback';

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/** A host of ours without a port stands for all its ports; the names of loopback are one host. */
const isOwn = (url: URL, own: string): boolean => {
  const ownUrl = URL.parse(`http://${own}`);
  if (ownUrl === null) return false;
  const [host, ownHost] = [hostOf(url), hostOf(ownUrl)];
  const isSameHost = host === ownHost || (isLoopback(host) && isLoopback(ownHost));
  const ownPort = /:(\d+)$/.exec(own)?.[1];
  return isSameHost && (ownPort === undefined || ownPort === portOf(url));
};

/** Why a request must not go to this host, or undefined when it may. */
export const blockedReason = (url: URL, network: Network): string | undefined => {
  const host = hostOf(url);
  if (network.ownHosts.some((own) => isOwn(url, own))) {
    return 'is this installation itself; use a call step to start a flow';
  }
  if (isLoopback(host)) {
    return network.allowLoopback
      ? undefined
      : 'is this machine itself (SLUICE_ALLOW_LOOPBACK permits it locally)';
  }
  const reach = reachOf(host);
  if (reach === 'special') return 'is no public address';
  if (reach === 'public') return undefined;
  if (!host.includes('.')) return 'is no public host name';
  return PRIVATE_ENDINGS.some((ending) => host.endsWith(ending))
    ? 'is a name of a private network'
    : undefined;
};

/** Throws `invalid_url` or `blocked_address` before anything is sent. */
export const guard = (url: URL, network: Network): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new StepError('invalid_url', `Requests go to http and https addresses, not to ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    const remedy = 'put the credentials into a connection';
    throw new StepError('invalid_url', `The address of ${url.host} holds a user name or password: ${remedy}`);
  }
  const reason = blockedReason(url, network);
  if (reason === undefined) return;
  throw new StepError('blocked_address', `Requests to ${url.host} are refused: it ${reason}`, {
    retry: 'no',
  });
};
