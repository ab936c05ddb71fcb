/** What is deployed, as text: the development sign-in is not in it. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { MADE_UP_PEOPLE } from '../../src/access/made-up-people.ts';
import { PROJECT } from '../../src/cli/project.ts';
import { readFileSync } from 'node:fs';

const bundleOf = async (entry: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  });
  return outputFiles.map(({ text }) => text).join('');
};

/** Words that only the development sign-in has. */
const TRACES = [
  '/sign-in/development"',
  'These people are made up',
  'sluice-administrators',
  ...MADE_UP_PEOPLE.map(({ is }) => is),
];

let deployed: string;
let local: string;
beforeAll(async () => {
  [deployed, local] = await Promise.all([bundleOf('src/index.ts'), bundleOf('src/dev.ts')]);
}, 60_000);

describe('the development sign-in', () => {
  it.each(TRACES)('leaves no trace in what is deployed: %s', (trace) => {
    expect(local).toContain(trace);
    expect(deployed).not.toContain(trace);
  });

  it('is not the entry that wrangler.toml names', () => {
    const toml = readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8');

    expect(/^main = "(.*)"$/m.exec(toml)?.[1]).toBe('src/index.ts');
  });
});
