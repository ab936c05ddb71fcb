import { expect, it } from 'vitest';
import { version } from '../package.json';
import { VERSION } from '../src/version.ts';

it('the Worker says the version of its package', () => {
  expect(VERSION).toBe(version);
});
