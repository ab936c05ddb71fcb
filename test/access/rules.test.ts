import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerNetwork } from '../../src/access/caller-address.ts';
import { callerBy, callerOf } from '../../src/access/caller.ts';
import { personOf } from '../../src/access/claims.ts';
import { localPath } from '../../src/access/local-path.ts';
import { changeOf } from '../../src/access/record-changes.ts';
import { rolesOf, scopesOf } from '../../src/access/roles.ts';

describe('the way back from a sign-in', () => {
  it.each([
    ['/delegated/hr/onboard?step=1', '/delegated/hr/onboard?step=1'],
    ['/delegated/../x', '/x'],
    ['/delegated#part', '/delegated'],
    ['/sign-in-help', '/sign-in-help'],
  ])('%s leads to %s', (given, path) => {
    expect(localPath(given)).toBe(path);
  });

  it.each([
    'https://evil.example.com/',
    '//evil.example.com',
    '///evil.example.com',
    '/\\evil.example.com',
    '\\\\evil.example.com',
    '/\t/evil.example.com',
    '/.//evil.example.com',
    '/x/..//evil.example.com',
    'javascript:alert(1)',
    'delegated',
    '',
    '/sign-in',
    '/sign-in?return=/sign-in',
    '/sign-out',
    `/${'a'.repeat(3_000)}`,
  ])('%j leads home', (given) => {
    expect(localPath(given)).toBe('/delegated');
  });

  it('stays here, whatever is asked for', () => {
    const nasty = string({
      unit: constantFrom('/', '\\', '.', '@', ':', '\t', '\n', ' ', '?', '#', 'a', '%2f'),
    });
    assert(
      property(nasty, (text) => {
        const { origin } = new URL(localPath(`/${text}`), 'https://sluice.test');
        expect(origin).toBe('https://sluice.test');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the roles of a person', () => {
  const env = {
    SLUICE_ROLES: '{"administrator":["admins"],"author":["devs"],"auditor":["revision","devs"]}',
  };

  it.each([
    [['admins'], ['administrator']],
    [
      ['devs', 'other'],
      ['author', 'auditor'],
    ],
    [['Admins'], ['delegated']],
    [[], ['delegated']],
  ])('in the groups %j are %j', (groups, roles) => {
    expect(rolesOf({ groups }, env)).toEqual(roles);
  });

  it('are none when none are set', () => {
    expect(rolesOf({ groups: ['admins', ''] }, {})).toEqual(['delegated']);
  });

  it.each(['{', '[]', '{"admin":["x"]}', '{"administrator":"x"}', '{"administrator":[""]}'])(
    'cannot be had from %s: nobody gets in by a slip',
    (text) => {
      expect(() => rolesOf({ groups: ['x', ''] }, { SLUICE_ROLES: text })).toThrow(
        'SLUICE_ROLES cannot be read',
      );
    },
  );

  it('give what each of them gives', () => {
    expect(scopesOf(['operator', 'author'])).toEqual(
      expect.arrayContaining(['runs:control', 'flows:write', 'runs:start', 'events:read']),
    );
    expect(scopesOf(['delegated'])).toEqual([]);
  });
});

describe('claims', () => {
  const rule = { issuer: 'https://idp', via: 'oidc', groupsClaim: 'groups', trustEmail: false } as const;
  const claims = (more: object) => ({ sub: 's', email: 'A@B.example', ...more });

  it.each<[object, boolean, string | null]>([
    [{ email_verified: true }, false, 'a@b.example'],
    [{ email_verified: 'true' }, false, 'a@b.example'],
    [{}, false, null],
    [{ email_verified: false }, false, null],
    [{}, true, 'a@b.example'],
    [{ email_verified: false }, true, null],
    [{ email_verified: true, email: 'no address' }, false, null],
    [{ email_verified: true, email: 7 }, false, null],
  ])('%j, with trust in addresses: %s, give the address %s', (more, trustEmail, email) => {
    expect(personOf(claims(more), { ...rule, trustEmail }).email).toBe(email);
  });

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [['a', 7, '', null], ['a']],
    [undefined, []],
    [{ a: true }, []],
  ])('with the groups %j give %j', (groups, expected) => {
    expect(personOf(claims({ groups }), rule).groups).toEqual(expected);
  });

  it('have no groups in what every object has', () => {
    expect(personOf(claims({}), { ...rule, groupsClaim: 'constructor' }).groups).toEqual([]);
  });

  it('without a subject are nobody’s', () => {
    expect(() => personOf({ email: 'a@b.example' }, rule)).toThrow();
  });
});

describe('a change', () => {
  it.each([
    ['POST', '/api/v1/tokens', 'tokens.create', null],
    ['DELETE', '/api/v1/tokens/tok_1', 'tokens.delete', 'tok_1'],
    ['PUT', '/api/v1/flows/hr%2Fonboard', 'flows.put', 'hr/onboard'],
    ['POST', '/api/v1/flows/push', 'flows.push', null],
    ['POST', '/api/v1/flows/hr%2Fonboard/runs', 'runs.create', 'hr/onboard'],
    ['POST', '/api/v1/runs', 'runs.create', null],
    ['POST', '/api/v1/runs/run_1/cancel', 'runs.cancel', 'run_1'],
    ['DELETE', '/api/v1/sources/okta/secrets/s1', 'sources.secrets.delete', 'okta'],
  ])('%s %s is %s of %s', (method, path, action, target) => {
    expect(changeOf(method, path)).toEqual({ action, target });
  });

  it.each([
    ['GET', '/api/v1/tokens'],
    ['POST', '/api/v1/flows/check'],
    ['POST', '/api/v1/schedules/preview'],
    ['POST', '/api/v1/events/test'],
    ['POST', '/invoke/hello'],
  ])('is not %s %s', (method, path) => {
    expect(changeOf(method, path)).toBeUndefined();
  });
});

describe('a caller’s network', () => {
  const of = (address: string) =>
    callerNetwork(new Request('https://sluice.test', { headers: { 'CF-Connecting-IP': address } }));

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of %s is %s', (address, network) => {
    expect(of(address)).toBe(network);
  });
});

describe('who starts a run', () => {
  const person = {
    subject: 'https://idp|s',
    name: 'Stella',
    email: 'stella@example.com',
    groups: [],
    via: 'oidc',
  } as const;
  const identity = { tokenId: 'tok_1', name: 'ci', client: 'ci', scopes: [] };

  it('is the token, or the person whose session it is, by address and subject', () => {
    expect(callerOf(identity)).toEqual({ kind: 'token', id: 'tok_1' });
    expect(callerOf({ ...identity, tokenId: person.subject, person })).toEqual({
      kind: 'person',
      id: 'stella@example.com',
      name: 'Stella',
      subject: 'https://idp|s',
    });
  });

  it('is told by what was kept', () => {
    expect(callerBy('first').kind).toBe('token');
    expect(callerBy(person.subject).kind).toBe('person');
  });
});
