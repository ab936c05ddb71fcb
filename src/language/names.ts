/** What an expression refers to: names of the language, and functions. It also knows which of them cannot work. */
import type { Expression } from './expression.ts';
import { childrenOf, type Node, nodesOf, startOf } from './syntax-tree.ts';

/** One use of a name of the language: `inputs.user.email` is `inputs` with the path `['user', 'email']`. */
export interface Use {
  readonly name: string;
  readonly path: readonly string[];
  /** where the name begins in the source, counted from 0 */
  readonly position: number;
}

export const namesOf = (expression: Expression): readonly Use[] => expression.names;

/** The names of the language. In a row they are fields of the row, which nobody means. */
export const NAMES: ReadonlySet<string> = new Set(
  'inputs event events request schedule caller steps errors item index items vars error links secrets run'.split(
    ' ',
  ),
);

export interface Flaw {
  readonly code: string;
  readonly message: string;
  readonly position: number;
}

export interface Found {
  readonly names: readonly Use[];
  readonly flaws: readonly Flaw[];
}

/** The names that follow, as far as it is certain of what they are members. */
const membersOf = (steps: readonly Node[]): string[] => {
  const members: string[] = [];
  for (const step of steps) {
    if (step.type !== 'name' || typeof step.value !== 'string') break;
    members.push(step.value);
    if (step.focus !== undefined || step.index !== undefined) break;
  }
  return members;
};

const useOf = (steps: readonly Node[], source: string): Use | undefined => {
  const [first] = steps;
  const [name, ...path] = membersOf(steps);
  return first === undefined || name === undefined
    ? undefined
    : { name, path, position: startOf(first, source) };
};

const EVERYTHING =
  'This is everything the run knows, secrets included: write the name of what you mean, as in inputs.name';

const rowFlaw = (name: string, position: number): Flaw => ({
  code: 'name_in_row',
  message: `Here "${name}" would be a field of the row: write $$.${name} for the flow's, $.${name} for the row's`,
  position,
});

interface Place {
  readonly source: string;
  readonly inRow: boolean;
}

/** `$` outside rows and `$$` anywhere are the root, from which names are read. */
const isRoot = (node: Node | undefined, inRow: boolean): boolean =>
  node?.type === 'variable' && (node.value === '$' || (node.value === '' && !inRow));

const findInPath = (node: Node, { source, inRow }: Place): Found => {
  const steps = node.steps ?? [];
  const [first, second] = steps;
  if (first !== undefined && isRoot(first, inRow)) {
    const use = useOf(steps.slice(1), source);
    if (use !== undefined) return { names: [use], flaws: [] };
    const position = startOf(second ?? first, source);
    return { names: [], flaws: [{ code: 'everything', message: EVERYTHING, position }] };
  }
  const use = useOf(steps, source);
  if (use === undefined) return { names: [], flaws: [] };
  if (!inRow) return { names: [use], flaws: [] };
  return { names: [], flaws: NAMES.has(use.name) ? [rowFlaw(use.name, use.position)] : [] };
};

const WILD: ReadonlySet<string> = new Set(['wildcard', 'descendant']);

const findAt = (node: Node, place: Place): Found => {
  if (node.type === 'path') return findInPath(node, place);
  const isEverything = (WILD.has(node.type) && !place.inRow) || isRoot(node, place.inRow);
  if (!isEverything) return { names: [], flaws: [] };
  const flaw = { code: 'everything', message: EVERYTHING, position: startOf(node, place.source) };
  return { names: [], flaws: [flaw] };
};

/** The first step of a path was dealt with by the path. */
const isReadByPath = (parent: Node, child: Node): boolean =>
  parent.type === 'path' &&
  parent.steps?.[0] === child &&
  (child.type === 'name' || child.type === 'variable');

const find = (node: Node, place: Place, into: { names: Use[]; flaws: Flaw[] }): void => {
  const { names, flaws } = findAt(node, place);
  into.names.push(...names);
  into.flaws.push(...flaws);
  for (const { node: child, inRow } of childrenOf(node)) {
    const below = { ...place, inRow: place.inRow || inRow };
    if (!isReadByPath(node, child)) find(child, below, into);
    else for (const { node: inner } of childrenOf(child)) find(inner, { ...place, inRow: true }, into);
  }
};

/** Every name of the language in a tree that was not rewritten yet. */
export const findNames = (root: Node, source: string): Found => {
  const names: Use[] = [];
  const flaws: Flaw[] = [];
  find(root, { source, inRow: false }, { names, flaws });
  return { names: names.toSorted((left, right) => left.position - right.position), flaws };
};

/** The variables that the expression itself binds. */
export const boundVariables = (root: Node): ReadonlySet<string> => {
  const bound = new Set<string>();
  for (const node of nodesOf(root)) {
    const parameters = node.type === 'lambda' ? (node.arguments ?? []) : [];
    const target = node.type === 'bind' && !Array.isArray(node.lhs) ? [node.lhs] : [];
    for (const variable of [...parameters, ...target]) bound.add(String(variable?.value));
    const places = (node.stages ?? []).filter(({ type }) => type === 'index').map(({ value }) => value);
    for (const name of [node.focus, node.index, ...places]) if (typeof name === 'string') bound.add(name);
  }
  return bound;
};
