/** What a flow's `respond` says, as an HTTP answer. */
import type { RawResponse } from '../../domain/run.ts';

/** RFC 9110, section 7.6.1: they are about the connection, which is not the flow's. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Said by the installation, or counted by the runtime. */
const OURS = ['set-cookie', 'content-length', 'x-request-id'];
const LEFT_OUT = new Set([...HOP_BY_HOP, ...OURS]);

const mayPass = (name: string): boolean =>
  !LEFT_OUT.has(name.toLowerCase()) && !name.toLowerCase().startsWith('sluice-');

const NO_BODY = new Set([204, 205, 304]);

/** Text as it is, everything else as JSON, null as nothing. */
const bodyOf = ({ status, body }: RawResponse): { readonly text: string | null; readonly type: string } => {
  if (body === null || NO_BODY.has(status)) return { text: null, type: '' };
  if (typeof body === 'string') return { text: body, type: 'text/plain; charset=utf-8' };
  return { text: JSON.stringify(body), type: 'application/json' };
};

/** The answer as written (the engine has checked it), less hop-by-hop headers, `Set-Cookie` and `Sluice-*`. */
export const rawResponse = (raw: RawResponse): Response => {
  const { text, type } = bodyOf(raw);
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw.headers)) {
    if (mayPass(name)) headers.append(name, value);
  }
  if (text !== null && !headers.has('Content-Type')) headers.set('Content-Type', type);
  // Pages of flows are no pages of ours: a sandbox has an origin of its own, and so none of our cookies.
  headers.append('Content-Security-Policy', 'sandbox allow-scripts allow-forms');
  headers.set('X-Content-Type-Options', 'nosniff');
  return new Response(text, { status: raw.status, headers });
};
