/** The network address of whoever calls, as Cloudflare says it. */

/** `local` where nobody stands in front of us, as on a laptop. */
export const callerAddress = (request: Request): string => request.headers.get('CF-Connecting-IP') ?? 'local';

/** What counts as one caller: an IPv6 network, of which everybody has 2⁶⁴ addresses, or an IPv4 address. */
export const callerNetwork = (request: Request): string => {
  const address = callerAddress(request);
  if (!address.includes(':')) return address;
  const [front = '', back] = address.toLowerCase().split('::');
  const groups = front === '' ? [] : front.split(':');
  const missing = back === undefined ? 0 : 8 - groups.length - (back === '' ? 0 : back.split(':').length);
  const whole = [...groups, ...Array.from({ length: missing }, () => '0'), ...(back ?? '').split(':')];
  return `${whole.slice(0, 4).join(':')}::/64`;
};
