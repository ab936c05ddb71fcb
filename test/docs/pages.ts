/** The documents as text: their code blocks, headings and links. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const PROJECT = join(import.meta.dirname, '..', '..');

export interface Page {
  /** from the project's root */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  /** `docs/flows.md:12`, as editors find it */
  readonly place: string;
  /** the words after the fence: `yaml steps` */
  readonly info: string;
  readonly text: string;
}

const pageAt = (path: string): Page => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') });

const markdownIn = (folder: string): Page[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => pageAt(join(folder, name)));

export const pages: readonly Page[] = [
  ...['README.md', 'CHANGELOG.md', 'src/triggers/README.md'].map(pageAt),
  ...markdownIn('docs'),
];

/** A part of the project where a reader may be sent. */
export const targetOf = (page: Page, link: string): string =>
  relative(PROJECT, join(PROJECT, dirname(page.path), link));

const FENCED = /^```(\S[^\n]*)?\n(.*?)^```$/gms;

export const blocksOf = ({ path, text }: Page): readonly CodeBlock[] =>
  [...text.matchAll(FENCED)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    info: match[1] ?? '',
    text: match[2] ?? '',
  }));

export const blocks: readonly CodeBlock[] = pages.flatMap(blocksOf);

/** What is written around the code blocks. */
export const proseOf = ({ text }: Page): string => text.replaceAll(FENCED, '');

/** The anchors of a page, as GitHub makes them. */
export const anchorsOf = (page: Page): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
