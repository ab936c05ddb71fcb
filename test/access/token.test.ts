import { describe, expect, it } from 'vitest';
import { isScope, ROLES, SCOPES } from '../../src/access/scopes.ts';
import { handleOf, handleOfId, mintToken, sameHash } from '../../src/access/token.ts';

const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const NOON = Date.UTC(2026, 10, 23, 12);

describe('a token', () => {
  it('is found by its handle, which is the end of its id', async () => {
    const { id, text } = await mintToken(NOON, bytes);

    expect(id).toMatch(/^tok_[0-9a-z]{26}$/);
    expect(handleOf(text)).toBe(handleOfId(id));
  });

  it('is another one each time', async () => {
    const texts = await Promise.all(Array.from({ length: 50 }, () => mintToken(NOON, bytes)));

    expect(new Set(texts.map(({ text }) => text)).size).toBe(50);
    expect(new Set(texts.map(({ hash }) => hash)).size).toBe(50);
  });

  it.each([
    '',
    'slu_short_x',
    'Bearer x',
    `slu_ABCDEFGH_${'a'.repeat(43)}`,
    `slu_abcdefgh_${'a'.repeat(44)}`,
  ])('is not what reads %s', (text) => {
    expect(handleOf(text)).toBeUndefined();
  });
});

describe('hashes', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['abc', '', false],
    ['', '', true],
  ])('%s and %s: %s', (left, right, same) => {
    expect(sameHash(left, right)).toBe(same);
  });
});

describe('scopes', () => {
  it.each(['flows:read', 'invoke:hello', 'invoke:hr/onboard'])('%s is one', (text) => {
    expect(isScope(text)).toBe(true);
  });

  it.each(['flows:eat', 'invoke:', 'invoke:Bad Name', '*'])('%s is none', (text) => {
    expect(isScope(text)).toBe(false);
  });

  it('of an auditor only read, and of an administrator are all', () => {
    expect(ROLES.auditor.every((scope) => scope.endsWith(':read'))).toBe(true);
    expect(ROLES.administrator).toEqual(SCOPES);
  });
});
