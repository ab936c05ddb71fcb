/** Looks at the calls and variables of an expression: unknown functions, too few arguments, and texts that `+` cannot add. */
import { BUILTINS, REFUSED } from './builtins.ts';
import { boundVariables, type Flaw } from './names.ts';
import { didYouMean } from '../domain/near-match.ts';
import { childrenOf, type Node, startOf } from './syntax-tree.ts';

interface Place {
  readonly source: string;
  readonly bound: ReadonlySet<string>;
  readonly inRow: boolean;
  /** Whether `~>` hands it one argument more. */
  readonly isApplied: boolean;
}

const flaw = (code: string, message: string, position: number): Flaw => ({ code, message, position });

const variableFlaw = (node: Node, { source, bound }: Place): Flaw | undefined => {
  const name = String(node.value);
  if (name === '' || name === '$' || bound.has(name) || BUILTINS.has(name)) return undefined;
  const remedy = REFUSED.get(name);
  const position = startOf(node, source);
  if (remedy !== undefined)
    return flaw('refused_function', `$${name} does not exist here: ${remedy}`, position);
  const hint = didYouMean(name, [...BUILTINS.keys(), ...bound]).replace('"', '"$');
  return flaw('unknown_function', `There is no function or variable $${name}${hint}`, position);
};

const times = (count: number): string => (count === 1 ? '1 argument' : `${count} arguments`);

const callFlaw = (node: Node, { source, bound, inRow, isApplied }: Place): Flaw | undefined => {
  const { procedure } = node;
  const name = String(procedure?.value);
  if (procedure?.type === 'path') {
    const written = String(procedure.steps?.[0]?.value);
    if (procedure.steps?.length !== 1 || !BUILTINS.has(written)) return undefined;
    const position = startOf(procedure.steps[0] ?? procedure, source);
    return flaw('missing_dollar', `Functions begin with a dollar: write $${written}(…)`, position);
  }
  const arity = BUILTINS.get(name);
  if (procedure?.type !== 'variable' || arity === undefined || bound.has(name)) return undefined;
  const given = (node.arguments?.length ?? 0) + (isApplied ? 1 : 0);
  const least = arity.least - (arity.takesRow && inRow ? 1 : 0);
  const position = startOf(procedure, source);
  if (given < least)
    return flaw('arguments', `$${name} needs ${times(arity.least)}, and has ${given}`, position);
  if (given > arity.most)
    return flaw('arguments', `$${name} takes ${times(arity.most)}, and has ${given}`, position);
  return undefined;
};

const isText = (node: Node | undefined): boolean => node?.type === 'string';

const operandFlaw = (node: Node): Flaw | undefined => {
  if (node.type !== 'binary' || node.value !== '+' || Array.isArray(node.lhs)) return undefined;
  if (!isText(node.lhs) && !isText(node.rhs)) return undefined;
  return flaw('plus_on_text', 'The operator + adds numbers: join texts with &', (node.position ?? 1) - 1);
};

/** `rows['x']` keeps every row, for a text is no condition. */
const filterFlaw = (node: Node, { source }: Place): Flaw | undefined => {
  for (const { expr } of [...(node.stages ?? []), ...(node.predicate ?? [])]) {
    if (expr?.type !== 'string') continue;
    const name = String(expr.value);
    const message = `A text in brackets keeps everything: write .\`${name}\` for the member of that name`;
    return flaw('text_in_brackets', message, source.lastIndexOf(name, expr.position));
  }
  return undefined;
};

const bindFlaw = (node: Node, { source }: Place): Flaw | undefined => {
  if (node.type !== 'bind' || Array.isArray(node.lhs) || node.lhs === undefined) return undefined;
  const name = String(node.lhs.value);
  if (!BUILTINS.has(name) && !REFUSED.has(name)) return undefined;
  const message = `$${name} is a function of the language: choose another name for the variable`;
  return flaw('taken_name', message, startOf(node.lhs, source));
};

const flawsAt = (node: Node, place: Place): Flaw[] => {
  const isCall = node.type === 'function' || node.type === 'partial';
  return [
    node.type === 'variable' ? variableFlaw(node, place) : undefined,
    isCall ? callFlaw(node, place) : undefined,
    operandFlaw(node),
    filterFlaw(node, place),
    bindFlaw(node, place),
  ].filter((found) => found !== undefined);
};

const find = (node: Node, place: Place): Flaw[] => [
  ...flawsAt(node, place),
  ...childrenOf(node).flatMap(({ node: child, inRow }) =>
    find(child, {
      ...place,
      inRow: place.inRow || inRow,
      isApplied: node.type === 'apply' && child === node.rhs,
    }),
  ),
];

/** What cannot work in a tree that was not rewritten yet. */
export const findCallFlaws = (root: Node, source: string): Flaw[] =>
  find(root, { source, bound: boundVariables(root), inRow: false, isApplied: false });
