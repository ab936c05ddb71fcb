/** Headers of outgoing requests: what may be set, and which of them hold credentials. */
import { StepError } from '../domain/errors.ts';

/** RFC 9110, section 5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Line breaks begin another header or request; beyond ASCII no two runtimes agree what is sent (RFC 9110, section 5.5). */
const VALUE = /^[\t\u0020-\u007e]*$/;

/** Belong to the connection between two hosts, not to the request: setting them can split it in two. */
const TRANSPORT = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** `whose` completes the message: `connection "okta"`, `the step`. The value is never shown. */
export const setHeader = (headers: Headers, name: string, value: string, whose = 'the step'): void => {
  if (!TOKEN.test(name)) {
    throw new StepError('invalid_header', `${JSON.stringify(name)} of ${whose} is no name of a header`);
  }
  if (TRANSPORT.has(name.toLowerCase())) {
    throw new StepError('invalid_header', `The header "${name}" of ${whose} is set by the transport alone`);
  }
  if (!VALUE.test(value)) {
    const problem = 'has a line break, a control character or one beyond ASCII in its value';
    throw new StepError('invalid_header', `The header "${name}" of ${whose} ${problem}`);
  }
  headers.set(name, value);
};

/** Shown masked, and left out when a redirect leads to another origin. */
export const isSensitive = (name: string): boolean =>
  /auth|cookie|credential|key|password|secret|session|signature|token/i.test(name);
