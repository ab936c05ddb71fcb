/** Links that lead somewhere, and the card that the README shows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { isPure, pure, type Card } from '../../src/domain/card.ts';
import { anchorsOf, blocks, pages, PROJECT, proseOf, targetOf, type Page } from './pages.ts';

interface Link {
  readonly from: Page;
  readonly path: string;
  readonly anchor: string | undefined;
}

const linksOf = (from: Page): Link[] =>
  [...proseOf(from).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      return { from, path: path === '' ? from.path : targetOf(from, path), anchor };
    });

const links = pages.flatMap(linksOf);

describe('a link of the documents', () => {
  it('leads to a file that exists', () => {
    const dead = links.filter(({ path }) => !existsSync(join(PROJECT, path)));

    expect(dead.map(({ from, path }) => `${from.path}: ${path}`)).toEqual([]);
  });

  it('leads to a heading that exists', () => {
    const dead = links.filter(({ path, anchor }) => {
      const page = pages.find((each) => each.path === path);
      return anchor !== undefined && !(page && anchorsOf(page).includes(anchor));
    });

    expect(dead.map(({ from, path, anchor }) => `${from.path}: ${path}#${anchor}`)).toEqual([]);
  });

  it('is there for every page: none is lost', () => {
    const reached = new Set(links.map(({ path }) => path));

    expect(
      pages.map(({ path }) => path).filter((path) => path.startsWith('docs/') && !reached.has(path)),
    ).toEqual(['docs/README.md']);
  });
});

describe('the card of the README', () => {
  const text = blocks.find(({ place, info }) => place.startsWith('README') && info === 'ts')?.text ?? '';
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is ours, and running it is the point
  const made: Card = new Function('pure', 'z', text.replace('export const reverse =', 'return'))(pure, z);

  it('does what its example says', async () => {
    if (!isPure(made)) throw new Error('The README shows a pure card');
    const [example] = made.examples;

    const output = await made.run(made.input.parse(example.input), { now: 0, random: () => 0.5 });

    expect({ output: made.output.parse(output) }).toEqual({
      output: 'output' in example ? example.output : null,
    });
  });
});
