/** The tree that JSONata's parser gives, as far as the language looks at it and changes it, and how it hangs together. */
import jsonata from 'jsonata';

/** Changed in place before its first evaluation and never after. Pairs are keys and values of `{ }`. */
export interface Node {
  type: string;
  value?: unknown;
  /** Where the token ends in the source, counted from 0. */
  position?: number;
  steps?: Node[];
  stages?: { type: string; expr?: Node; value?: unknown }[];
  predicate?: { expr?: Node }[];
  group?: { lhs: [Node, Node][] };
  /** Pairs of an object, left operand of anything else. */
  lhs?: Node | [Node, Node][];
  rhs?: Node;
  expression?: Node;
  expressions?: Node[];
  procedure?: Node;
  arguments?: Node[];
  body?: Node;
  condition?: Node;
  then?: Node;
  else?: Node;
  pattern?: Node;
  update?: Node;
  delete?: Node;
  terms?: { expression: Node }[];
  /** Names of variables that a step binds to items and places: `rows@$row#$place`. */
  focus?: string;
  index?: string;
  tuple?: boolean;
  keepArray?: boolean;
  keepSingletonArray?: boolean;
  /** Set by us: the whole value will be walked through, not just handed on. */
  isWalked?: boolean;
}

export interface Parsed {
  readonly code: jsonata.Expression;
  readonly root: Node;
}

const OPTIONS = { sequence: 10_000 };

/** Throws JSONata's own errors, which are plain objects with `code`, `position` and `token`. */
export const parseSource = (source: string): Parsed => {
  const code = jsonata(source, OPTIONS);
  // The published type of the tree lacks most of its members; `Node` has those that the parser of 2.2.2 writes.
  return { code, root: code.ast() as unknown as Node };
};

export interface Child {
  readonly node: Node;
  /** Whether names in it are fields of a row, no longer names of the language. */
  readonly inRow: boolean;
}

const pairs = (list: readonly [Node, Node][]): Node[] => list.flat();
const present = (nodes: readonly (Node | undefined)[]): Node[] => nodes.filter((node) => node !== undefined);

/** Children that see what their parent sees. */
const plainChildren = (node: Node): Node[] => [
  ...present([node.steps?.[0], node.rhs, node.expression, node.procedure, node.body]),
  ...present([node.condition, node.then, node.else]),
  ...(Array.isArray(node.lhs) ? pairs(node.lhs) : present([node.lhs])),
  ...(node.expressions ?? []),
  ...(node.arguments ?? []),
];

/** Children that are evaluated once for every item: later steps, filters, groups, orders, updates. */
const rowChildren = (node: Node): Node[] => [
  ...(node.steps ?? []).slice(1),
  ...present([...(node.stages ?? []), ...(node.predicate ?? [])].map(({ expr }) => expr)),
  ...pairs(node.group?.lhs ?? []),
  ...(node.terms ?? []).map(({ expression }) => expression),
  ...present([node.pattern, node.update, node.delete]),
];

export const childrenOf = (node: Node): Child[] => [
  ...plainChildren(node).map((child) => ({ node: child, inRow: false })),
  ...rowChildren(node).map((child) => ({ node: child, inRow: true })),
];

/** The node and all below it. */
export function* nodesOf(root: Node): Generator<Node> {
  yield root;
  for (const { node } of childrenOf(root)) yield* nodesOf(node);
}

/** Where a token begins: its position less its length; back-ticks and dollars are not part of its value. */
export const startOf = (node: Node, source: string): number => {
  const end = node.position ?? 0;
  const length = typeof node.value === 'string' ? node.value.length : 0;
  if (node.type === 'variable') return end - length - 1;
  return source[end - 1] === '`' ? end - length - 2 : end - length;
};
