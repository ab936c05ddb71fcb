/** A flow of one effect, and a callee that meets it with a list of fates. */
import type { MemoryHost } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';
import type { Fate } from './world.ts';

export const stepWith = (effect: string, more = ''): string =>
  `steps: [{ id: it, card: world.${effect}, with: { name: it }${more} }, { return: { it: "\${{ steps.it }}" } }]`;

/** A host whose callee meets these fates in turn, and then answers. */
export const meeting = (yaml: string, fates: readonly Fate[], random = 0.5): MemoryHost => {
  const host = hostOf(yaml, { ports: { random: () => random } });
  host.world.fate = ({ name, number }) => fates[number - 1] ?? answered({ name });
  return host;
};

export const busy = failing('http_429', { status: 429 });
export const down = failing('http_503', { status: 503, happened: 'unknown' });
