/**
 * The text of a flow as data with places. YAML 1.2, core schema; JSON is YAML. What could mean more than it says is
 * refused: anchors, tags, directives, merge keys, double keys, a second document. Never throws.
 */
import { Composer, LineCounter, Parser, type CST, type Document } from 'yaml';
import type { Problem } from '../domain/flow.ts';
import { utf8Length, type Json } from '../domain/json.ts';
import { locateIn } from './locate.ts';
import type { Fault, Path, Position, Spot } from './place.ts';
import { checkTokens } from './source-tokens.ts';
import { dataOf } from './yaml-data.ts';

export interface SourceDocument {
  readonly value: Json;
  /** The place of a member, or of the nearest thing around it that exists. */
  readonly locate: (path: Path, spot: Spot) => Position;
}

export type ReadDocument =
  | { readonly ok: true; readonly document: SourceDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const MOST_BYTES = 256_000;

const MOST_FAULTS = 20;

const refusal = (faults: readonly Fault[], lines: LineCounter): ReadDocument => ({
  ok: false,
  problems: faults.slice(0, MOST_FAULTS).map(({ offset, code, message, path = '' }) => {
    const { line, col } = lines.linePos(offset);
    return { severity: 'error', path, code, message, line: Math.max(1, line), column: Math.max(1, col) };
  }),
});

/** The commonest slip: braces of an expression that YAML takes for its own. */
const hint = (text: string, offset: number): string => {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? undefined : end);
  if (!line.includes('${{')) return '';
  return '; quote text with ${{ }} inside { } and [ ], and where it holds ": " or " #"';
};

/** The first fault of each line: the others of a line mostly follow from it. */
const syntaxFaults = (text: string, document: Document, lines: LineCounter): readonly Fault[] => {
  const broken = new Map<number, Fault>();
  for (const { message, pos } of document.errors) {
    const { line } = lines.linePos(pos[0]);
    const sentence = `This is no valid YAML: ${message.replace(/\.$/, '')}${hint(text, pos[0])}`;
    if (!broken.has(line)) broken.set(line, { offset: pos[0], code: 'yaml', message: sentence });
  }
  return [...broken.values()];
};

const compose = (tokens: readonly CST.Token[]): Document | undefined => {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document] = [...composer.compose(tokens, true, 0)];
  return document;
};

export const readDocument = (text: string): ReadDocument => {
  const lines = new LineCounter();
  const bytes = utf8Length(text);
  if (bytes > MOST_BYTES) {
    const message = `The flow has ${bytes} bytes; at most ${MOST_BYTES} are allowed`;
    return refusal([{ offset: 0, code: 'too_large', message }], lines);
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const refused = checkTokens(tokens);
  if (refused.length > 0) return refusal(refused, lines);
  const document = compose(tokens);
  const broken = document === undefined ? [] : syntaxFaults(text, document, lines);
  if (broken.length > 0) return refusal(broken, lines);
  const { value, faults } = dataOf(document?.contents ?? null);
  if (faults.length > 0) return refusal(faults, lines);
  const locate = locateIn(document?.contents ?? null, text, lines);
  return { ok: true, document: { value, locate } };
};
