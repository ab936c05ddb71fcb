import { describe, expect, it } from 'vitest';
import { createAlarm } from '../../src/lanes/alarm.ts';

const NOW = 1_000;

const alarm = () => {
  const set: number[] = [];
  return { set, alarm: createAlarm({ setAlarm: async (at) => void set.push(at) }, () => NOW) };
};

describe('the alarm', () => {
  it('is set to the earliest time that was noted', () => {
    const { set, alarm: it } = alarm();
    it.note(5_000);
    it.note(2_000);
    it.note(9_000);

    it.set();

    expect(set).toEqual([2_000]);
  });

  it('is left as it is when it goes off early enough', () => {
    const { set, alarm: it } = alarm();
    it.isSetTo(2_000);
    it.note(2_000);

    it.set();

    expect(set).toEqual([]);
  });

  it('is moved forward, never back', () => {
    const { set, alarm: it } = alarm();
    it.isSetTo(5_000);
    it.note(3_000);
    it.set();
    it.note(4_000);

    it.set();

    expect(set).toEqual([3_000]);
  });

  it('is set to the next millisecond for what is due: a time that is now would stall', () => {
    const { set, alarm: it } = alarm();
    it.note(NOW - 500);

    it.set();

    expect(set).toEqual([NOW + 1]);
  });

  it('sets nothing when nothing was noted since', () => {
    const { set, alarm: it } = alarm();
    it.note(2_000);
    it.set();
    it.isSetTo(null);

    it.set();

    expect(set).toEqual([2_000]);
  });
});
