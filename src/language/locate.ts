/** Finds the line and column of a member, of its key, or of a place inside an expression it holds. */
import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { Path, Position, Spot } from './place.ts';

interface Found {
  readonly node: unknown;
  readonly key: unknown;
}

const keyText = (pair: Pair): string =>
  isScalar(pair.key) ? (typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? '')) : '';

const step = (node: unknown, member: string | number): Found | undefined => {
  if (isMap(node)) {
    const pair = node.items.find((candidate) => keyText(candidate) === String(member));
    return pair === undefined ? undefined : { node: pair.value, key: pair.key };
  }
  if (isSeq(node)) {
    const item = node.items[Number(member)];
    return item === undefined ? undefined : { node: item, key: item };
  }
  return undefined;
};

const rangeOf = (node: unknown): readonly [number, number] | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? [Number(node.range[0]), Number(node.range[1])]
    : undefined;

/** Members that do not exist are found at what should hold them. */
const find = (root: unknown, path: Path): Found => {
  let found: Found = { node: root, key: root };
  for (const member of path) {
    const next = step(found.node, member);
    if (next === undefined) return found;
    found = next;
  }
  return found;
};

export const locateIn = (
  root: Node | null,
  text: string,
  lines: LineCounter,
): ((path: Path, spot: Spot) => Position) => {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return (path, spot) => {
    const { node, key } = find(root, path);
    const range = (spot === 'key' ? rangeOf(key) : rangeOf(node)) ?? rangeOf(key) ?? [0, 0];
    if (typeof spot === 'string') return position(range[0]);
    // Folded and escaped texts do not hold the expression as it was written: then the text's own beginning it is.
    const at = text.slice(range[0], range[1]).indexOf(spot.source);
    return position(at === -1 ? range[0] : range[0] + at + spot.offset);
  };
};
