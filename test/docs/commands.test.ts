/** What the documents tell people to type: every command, flag, script and address exists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/api/management.ts';
import { startedByHand } from '../../src/api/started-by-hand.ts';
import { findCommand, readLine } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { readFlags } from '../../src/cli/flags.ts';
import { startOptions } from '../../src/cli/local/options.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { blocks, pages, PROJECT, proseOf, type Page } from './pages.ts';

/** Words of a shell line; quotes hold them together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/^['"]|['"]$/g, ''));

/** The line up to a comment or the next command. */
const commandIn = (line: string): string => line.split(/\s+#|\s*[|;]\s|\s&&\s/)[0] ?? '';

interface Typed {
  readonly place: string;
  readonly line: string;
}

const shellLines: readonly Typed[] = blocks
  .filter(({ info }) => info === 'sh')
  .flatMap(({ place, text }) => text.split('\n').map((line) => ({ place, line })));

const inlineOf = (page: Page): Typed[] =>
  [...proseOf(page).matchAll(/`([^`]+)`/g)].map((match) => ({ place: page.path, line: match[1] ?? '' }));
const inline = pages.flatMap(inlineOf);

const after = (words: string, { place, line }: Typed): Typed[] =>
  line.includes(words)
    ? [{ place, line: commandIn(line.slice(line.indexOf(words) + words.length)).trim() }]
    : [];

const isOwn = ({ line }: Typed): boolean => !line.startsWith('-');

describe('a command of the documents', () => {
  const written = shellLines.flatMap((typed) => after('npx sluice ', typed));

  it('is there', () => {
    expect(written.length).toBeGreaterThan(30);
  });

  it.each(written)('$place: sluice $line is understood', ({ line }) => {
    const argv = wordsOf(line);
    const command = findCommand(COMMANDS, argv);

    expect(() => command && readLine(command, argv)).not.toThrow();
  });

  it.each(inline.flatMap((typed) => after('npx sluice ', typed)).filter(isOwn))(
    '$place: sluice $line, in a sentence, names a command and flags that exist',
    ({ line }) => {
      const argv = wordsOf(line);
      const command = findCommand(COMMANDS, argv);

      expect(command).toBeDefined();
      expect(() => readFlags(argv, command?.options ?? {})).not.toThrow();
    },
  );
});

describe('the page of the terminal', () => {
  const page = pages.find(({ path }) => path === 'docs/cli.md')?.text ?? '';

  it.each(COMMANDS.map(({ name, options }) => ({ name, flags: Object.keys(options) })))(
    'shows $name and its flags',
    ({ name, flags }) => {
      expect(page).toContain(`npx sluice ${name}`);
      expect(flags.filter((flag) => !page.includes(`--${flag}`))).toEqual([]);
    },
  );

  it('has every exit code', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]));

    expect(rows).toEqual(Object.values(EXIT));
  });
});

describe('a script of the documents', () => {
  const scripts: Record<string, string> = JSON.parse(
    readFileSync(join(PROJECT, 'package.json'), 'utf8'),
  ).scripts;
  const named = [...shellLines, ...inline].flatMap(({ place, line }) =>
    [...line.matchAll(/\bnpm run ([\w-]+(?::[\w-]+)*)/g)].map((match) => ({ place, script: match[1] ?? '' })),
  );

  it.each(named)('$place: npm run $script exists', ({ script }) => {
    expect(scripts[script]).toBeDefined();
  });

  it.each([...shellLines, ...inline].flatMap((typed) => after('npm start -- ', typed)))(
    '$place: npm start -- $line is understood',
    ({ line }) => {
      expect(() => startOptions(wordsOf(line), {}, PROJECT)).not.toThrow();
    },
  );
});

describe('the page of HTTP', () => {
  const page = pages.find(({ path }) => path === 'docs/api.md')?.text ?? '';

  it('has every endpoint of the management API, with its scope', () => {
    const rows = [...page.matchAll(/^\| `(GET|PUT|POST|DELETE) (\/[^`]*)` +\| (\S+)/gm)].map(
      ([, method, path, scope]) => `${method} ${path} ${scope}`,
    );
    const known = [...endpoints, ...startedByHand].map(
      ({ method, path, scope }) => `${method.toUpperCase()} ${path} ${scope}`,
    );

    expect(rows.toSorted()).toEqual(known.toSorted());
  });

  it('has every code of a problem, under its status', () => {
    const rows = [...page.matchAll(/^\| (\d{3}) +\| (.*?) +\|$/gm)].flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${status} ${code}`),
    );
    const known = Object.entries(PROBLEMS).map(([code, [status]]) => `${status} ${code}`);

    expect(rows.toSorted()).toEqual(known.toSorted());
  });
});
