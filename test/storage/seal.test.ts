import { describe, expect, it } from 'vitest';
import { seal, SealError, unseal } from '../../src/storage/seal.ts';

const OLD = `old:${btoa('o'.repeat(32))}`;
const NEW = `new:${btoa('n'.repeat(32))}`;
const PLACE = { table: 'secrets', name: 'apiKey' };

describe('a sealed value', () => {
  it('opens where it was sealed, and does not show what it holds', async () => {
    const sealed = await seal(OLD, PLACE, { token: 'hunter22', list: [1, null, 'ë'] });

    expect(sealed).toMatch(/^old\.[\w-]{16}\.[\w-]+$/);
    expect(atob(sealed.split('.')[2]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).not.toContain(
      'hunter22',
    );
    expect(await unseal(OLD, PLACE, sealed)).toEqual({ token: 'hunter22', list: [1, null, 'ë'] });
  });

  it('never comes out the same twice', async () => {
    expect(await seal(OLD, PLACE, 'x')).not.toBe(await seal(OLD, PLACE, 'x'));
  });

  it('is sealed with the first key, and opens with any that is still there', async () => {
    const before = await seal(OLD, PLACE, 'x');
    const after = await seal(`${NEW},${OLD}`, PLACE, 'y');

    expect(after).toMatch(/^new\./);
    expect(await unseal(`${NEW}, ${OLD}`, PLACE, before)).toBe('x');
    await expect(unseal(NEW, PLACE, before)).rejects.toThrow(
      '"apiKey" of secrets was sealed with key "old", which SLUICE_KEYS lacks',
    );
  });

  it.each([
    { table: 'secrets', name: 'apiKey2' },
    { table: 'connections', name: 'apiKey' },
  ])('does not open in another row: %j', async (place) => {
    const sealed = await seal(OLD, PLACE, 'x');
    await expect(unseal(OLD, place, sealed)).rejects.toThrow(SealError);
  });

  it('does not open when any of its characters was changed', async () => {
    const sealed = await seal(OLD, PLACE, 'x');
    const start = 'old.'.length;
    for (let at = start; at < sealed.length - 1; at++) {
      if (sealed[at] === '.') continue;
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(unseal(OLD, PLACE, changed)).rejects.toThrow(SealError);
    }
  });

  it('does not open with another key of the same id', async () => {
    const sealed = await seal(OLD, PLACE, 'x');
    await expect(unseal(NEW.replace('new', 'old'), PLACE, sealed)).rejects.toThrow(SealError);
  });
});

describe('keys', () => {
  it.each([undefined, '', ' '])('that are missing (%j) are asked for', async (keys) => {
    await expect(seal(keys, PLACE, 'x')).rejects.toThrow('SLUICE_KEYS is not set');
  });

  it.each([
    'hunter22',
    `k1:${btoa('short')}`,
    `k1:${btoa('o'.repeat(33))}`,
    `:${btoa('o'.repeat(32))}`,
    `${OLD},`,
  ])('that cannot be read are refused, and not shown: %s', async (keys) => {
    const error = await seal(keys, PLACE, 'x').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(SealError);
    expect(String(error)).toContain('SLUICE_KEYS cannot be read');
    expect(String(error)).not.toContain(keys);
  });
});
