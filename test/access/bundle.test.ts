/** What is deployed, as text: the development sign-in is not in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MADE_UP_PEOPLE } from '../../src/access/made-up-people.ts';
import { runWrangler } from '../../src/cli/local/wrangler.ts';
import { PROJECT } from '../../src/cli/project.ts';

/** As `npm run deploy` builds it: of what wrangler.toml names, or of another entry. */
const bundleOf = async (...entry: string[]): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
  try {
    const args = ['deploy', ...entry, '--dry-run', '--outdir', directory];
    const built = await runWrangler({ args, env: process.env });
    if (built.code !== 0) throw new Error(built.stderr);
    const scripts = readdirSync(directory).filter((name) => name.endsWith('.js'));
    return scripts.map((name) => readFileSync(join(directory, name), 'utf8')).join('');
  } finally {
    rmSync(directory, { recursive: true });
  }
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
  deployed = await bundleOf();
  local = await bundleOf(join(PROJECT, 'src/dev.ts'));
}, 60_000);

describe('the development sign-in', () => {
  it.each(TRACES)('leaves no trace in what is deployed: %s', (trace) => {
    expect(local).toContain(trace);
    expect(deployed).not.toContain(trace);
  });
});
