/** Which literal addresses a request may name: the special-purpose registries of IANA (RFC 6890) as bit prefixes. */

/** `special` is everything with a meaning of its own: private, link-local, shared, multicast, documentation, … */
export type Reach = 'public' | 'loopback' | 'special';

const binary = (value: number, bits: number): string => value.toString(2).padStart(bits, '0');

const ipv4Bits = (text: string): string =>
  text
    .split('.')
    .map((part) => binary(Number(part), 8))
    .join('');

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));

/** Takes the eight groups, or fewer around one `::`. */
const ipv6Bits = (text: string): string => {
  const [head = '', tail] = text.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => binary(Number.parseInt(group, 16), 16)).join('');
};

const prefix = (block: string): string => {
  const [address = '', length] = block.split('/');
  return (address.includes(':') ? ipv6Bits(address) : ipv4Bits(address)).slice(0, Number(length));
};

const LOOPBACK_V4 = prefix('127.0.0.0/8');
const SPECIAL_V4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers (CGNAT); Alibaba's metadata
  '168.63.129.16/32', // Azure's host, though the address is a public one
  '169.254.0.0/16', // link-local; metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; Oracle's metadata
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
].map(prefix);

const LOOPBACK_V6 = prefix('::1/128');
/** All that is assigned for the public; ULA, link-local, multicast, mapped IPv4 and NAT64 lie outside. */
const GLOBAL_V6 = prefix('2000::/3');
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: an IPv4 address in disguise
  '3fff::/20', // documentation
].map(prefix);

const among = (bits: string, blocks: readonly string[]): boolean =>
  blocks.some((block) => bits.startsWith(block));

const ipv4Reach = (bits: string): Reach => {
  if (bits.startsWith(LOOPBACK_V4)) return 'loopback';
  return among(bits, SPECIAL_V4) ? 'special' : 'public';
};

const ipv6Reach = (bits: string): Reach => {
  if (bits === LOOPBACK_V6) return 'loopback';
  return bits.startsWith(GLOBAL_V6) && !among(bits, SPECIAL_V6) ? 'public' : 'special';
};

/**
 * The reach of a host that is an address, undefined for names. Takes `hostname` of a URL: its parser has already
 * turned octal, hexadecimal and short notations into dotted decimals, and IPv6 into lower-case groups in brackets.
 */
export const reachOf = (hostname: string): Reach | undefined => {
  if (hostname.startsWith('[')) return ipv6Reach(ipv6Bits(hostname.slice(1, -1)));
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? ipv4Reach(ipv4Bits(hostname)) : undefined;
};
