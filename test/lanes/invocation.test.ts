import { describe, expect, it } from 'vitest';
import { newInvocation } from '../../src/lanes/invocation.ts';

const nobody = (): void => undefined;

describe('one invocation', () => {
  it('has six calls outside at once', () => {
    const { acquire } = newInvocation();

    const places = Array.from({ length: 7 }, () => acquire(nobody));

    expect(places).toEqual([...Array<string>(6).fill('taken'), 'later']);
  });

  it('wakes those who wait when a place is free', () => {
    const { acquire, release } = newInvocation();
    for (let taken = 0; taken < 6; taken += 1) acquire(nobody);
    let places: string[] = [];
    const again = (): void => void places.push(acquire(again));
    acquire(again);
    acquire(again);

    release();

    expect(places.toSorted()).toEqual(['later', 'taken']);
    places = [];
    release();
    expect(places).toEqual(['taken']);
  });

  it('has forty calls in all; a place that was given back unused counts', () => {
    const { acquire, release } = newInvocation();
    for (let call = 0; call < 40; call += 1) {
      expect(acquire(nobody)).toBe('taken');
      release();
    }

    expect(acquire(nobody)).toBe('spent');
  });
});
