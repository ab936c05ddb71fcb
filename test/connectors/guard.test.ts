import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { blockedReason, guard } from '../../src/connectors/guard.ts';

const PUBLIC_ONLY = { allowLoopback: false, ownHosts: ['sluice.example.com'] };
const LAPTOP = { allowLoopback: true, ownHosts: ['localhost:8787'] };

const isBlocked = (address: string, network = PUBLIC_ONLY): boolean =>
  blockedReason(new URL(address), network) !== undefined;

describe('the guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://0.0.0.0/',
    'http://10.1.2.3/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://168.63.129.16/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[64:ff9b::808:808]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[ff02::1]/',
    'http://[2002:7f00:1::]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://app.localhost/',
    'http://metadata.google.internal/',
    'http://printer.local/',
    'http://intranet/',
  ])('refuses %s', (address) => {
    expect(isBlocked(address)).toBe(true);
  });

  it.each([
    'https://api.example.com/',
    'http://8.8.8.8:8080/',
    'https://[2606:4700::1111]/',
    'http://11.0.0.1/',
  ])('lets %s pass', (address) => {
    expect(isBlocked(address)).toBe(false);
  });

  it('refuses the installation itself, on every port and however it is written', () => {
    expect(isBlocked('https://sluice.example.com/api')).toBe(true);
    expect(isBlocked('https://SLUICE.example.com.:8443/api')).toBe(true);
    expect(isBlocked('https://other.example.com/api')).toBe(false);
  });

  it('lets only loopback pass where loopback is allowed, the installation excepted', () => {
    expect(isBlocked('http://localhost:9000/', LAPTOP)).toBe(false);
    expect(isBlocked('http://127.0.0.1:9000/', LAPTOP)).toBe(false);
    expect(isBlocked('http://[::1]:9000/', LAPTOP)).toBe(false);
    expect(isBlocked('http://10.0.0.1:9000/', LAPTOP)).toBe(true);
    expect(isBlocked('http://[::ffff:127.0.0.1]:9000/', LAPTOP)).toBe(true);
    expect(isBlocked('http://localhost:8787/', LAPTOP)).toBe(true);
    expect(isBlocked('http://127.0.0.1:8787/', LAPTOP)).toBe(true);
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user@example.com/',
    'http://:pass@example.com/',
  ])('refuses the address %s', (address) => {
    expect(() => guard(new URL(address), PUBLIC_ONLY)).toThrow(
      expect.objectContaining({ code: 'invalid_url', detail: {} }),
    );
  });
});

/** Addresses at and around the edges of the special blocks, where mistakes live, and any others. */
const near = (edges: readonly number[], bits: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat(2 ** bits - 1),
    fc
      .tuple(fc.constantFrom(...edges), fc.integer({ min: -2, max: 2 }))
      .map(([edge, step]) => (edge + step + 2 ** bits) % 2 ** bits),
  );

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const EDGES_V4 = [
  '0.0.0.0',
  '10.0.0.0',
  '11.0.0.0',
  '100.64.0.0',
  '100.128.0.0',
  '127.0.0.0',
  '128.0.0.0',
  '169.254.0.0',
  '169.255.0.0',
  '172.16.0.0',
  '172.32.0.0',
  '192.0.0.0',
  '192.0.1.0',
  '192.0.2.0',
  '192.0.3.0',
  '192.88.99.0',
  '192.88.100.0',
  '192.168.0.0',
  '192.169.0.0',
  '198.18.0.0',
  '198.20.0.0',
  '198.51.100.0',
  '198.51.101.0',
  '203.0.113.0',
  '203.0.114.0',
  '224.0.0.0',
  '240.0.0.0',
].map((text) => text.split('.').reduce((value, part) => value * 256 + Number(part), 0));
const EDGES_V6 = [
  0x0000, 0x0064, 0x0100, 0x1fff, 0x2000, 0x2001, 0x2002, 0x2620, 0x3ffe, 0x3fff, 0x4000, 0x5f00, 0xfc00,
  0xfe00, 0xfe80, 0xfec0, 0xff00,
];
const group = fc.oneof(fc.constantFrom(0, 0xff9b, 0xdb8, 0xffff, 0x1ff, 0x200), fc.nat(0xffff));

/** Reachable for everybody, whatever ipaddr.js calls them: DNS sinks and tunnels (RFC 7534, RFC 7450). */
const REACHABLE = ['unicast', 'as112', 'amt', 'as112v6'];

describe('the guard, compared with ipaddr.js', () => {
  it('judges every IPv4 address alike', () => {
    fc.assert(
      fc.property(near(EDGES_V4, 32).map(dotted), (address) => {
        fc.pre(address !== '168.63.129.16');
        expect(isBlocked(`http://${address}/`)).toBe(!REACHABLE.includes(ipaddr.parse(address).range()));
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses every IPv6 address that ipaddr.js finds special, however it is written', () => {
    const groups = fc.tuple(near(EDGES_V6, 16), fc.array(group, { minLength: 7, maxLength: 7 }));
    fc.assert(
      fc.property(groups, ([first, rest]) => {
        const address = [first, ...rest].map((part) => part.toString(16)).join(':');
        const isSpecial = !REACHABLE.includes(ipaddr.parse(address).range());
        if (isSpecial) expect(isBlocked(`http://[${address}]/`), address).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('lets the public IPv6 addresses pass', () => {
    const groups = fc.array(group, { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(fc.integer({ min: 0x2003, max: 0x3ffe }), groups, (first, rest) => {
        const address = [first, ...rest].map((part) => part.toString(16)).join(':');
        fc.pre(REACHABLE.includes(ipaddr.parse(address).range()));
        expect(isBlocked(`http://[${address}]/`), address).toBe(false);
      }),
    );
  });
});
