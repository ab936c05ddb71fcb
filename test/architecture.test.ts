/** Rooms and their one-way doors: who may import whom. The table is the architecture; this test holds it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/** Every room may import itself. The files directly under `src/` are the wiring and may import anything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  schedules: ['domain'],
  language: ['domain', 'schedules'],
  functions: ['domain'],
  connectors: ['domain'],
  sources: ['domain'],
  engine: ['domain', 'language'],
  storage: ['domain', 'engine/ports.ts'],
  lanes: ['domain', 'language', 'engine', 'storage'],
  access: ['domain', 'storage'],
  web: ['domain', 'storage', 'access'],
  triggers: ['domain', 'schedules', 'language', 'storage', 'sources', 'access', 'web'],
  api: ['domain', 'schedules', 'sources', 'language', 'storage', 'access', 'web', 'triggers'],
  cli: ['domain'],
};

const BANNED = /^(utils?|common|helpers?|misc|manager|service|handlers?|types)\.ts$/;
const MOST_LINES = 300;

const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
  });

const all = files(SRC).map((path) => ({ path: relative(SRC, path), text: readFileSync(path, 'utf8') }));
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

const importsOf = ({ path, text }: { path: string; text: string }): string[] =>
  [...text.matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)';/gms)].map((match) =>
    join(dirname(path), match[1] ?? ''),
  );

describe('the rooms of src', () => {
  it('are all in the table', () => {
    const rooms = new Set(all.map(({ path }) => roomOf(path)).filter((room) => room !== ''));

    expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it('import only what the table allows', () => {
    const trespasses = all.flatMap((file) => {
      const room = roomOf(file.path);
      if (room === '') return [];
      return importsOf(file)
        .filter((target) => {
          const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
          return !allowed.some((door) => target === door || target.startsWith(`${door}/`));
        })
        .map((target) => `${file.path} imports ${target}`);
    });

    expect(trespasses).toEqual([]);
  });

  it('import files that exist, by their whole name', () => {
    const known = new Set(all.map(({ path }) => path));

    expect(all.flatMap((file) => importsOf(file).filter((target) => !known.has(target)))).toEqual([]);
  });
});

describe('the files of src', () => {
  it('have one subject: none is over 300 lines', () => {
    const long = all.filter(({ text }) => text.split('\n').length - 1 > MOST_LINES);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('are named after what they define', () => {
    expect(all.map(({ path }) => path.split('/').at(-1) ?? '').filter((name) => BANNED.test(name))).toEqual(
      [],
    );
  });

  it('say in their first line what they are for', () => {
    const silent = all.filter(({ text }) => !/^(#![^\n]*\n)?(\/\*\*|\/\/)/.test(text));

    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('reach outside in one place: only the lane’s wiring names the global fetch', () => {
    const callers = all.filter(
      ({ path, text }) =>
        !path.startsWith('cli/') && /(?<![.\w])fetch\(/.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
    );

    expect(callers.map(({ path }) => path).filter((path) => path !== 'lane-ports.ts')).toEqual([]);
  });
});
