/**
 * Takes the traps out of a tree before it is ever evaluated: `!=` becomes the opposite of `=`, `$not` of any condition,
 * `&` a function for which null is "", patterns become matchers without backtracking. What will be walked through as a
 * whole is marked, so that it is paid for.
 */
import type { RE2JS } from 're2js';
import { compilePattern } from './pattern.ts';
import { type Node, nodesOf } from './syntax-tree.ts';

/** Names that nobody can write: names in expressions have no blanks. */
export const CONCAT = ' concat';
export const patternName = (index: number): string => ` pattern ${index}`;

/** Functions that replace JSONata's but need it too: theirs keep the name. */
export const RENAMED = { replace: ' replace', toMillis: ' toMillis' } as const;

const isRenamed = (name: unknown): name is keyof typeof RENAMED =>
  typeof name === 'string' && Object.hasOwn(RENAMED, name);

/** Functions that walk through all members of an object. */
const WALKERS: ReadonlySet<unknown> = new Set(['keys', 'merge', 'spread', 'each', 'sift']);

const YES: Node = { type: 'value', value: true };
const NO: Node = { type: 'value', value: false };

const isCallOf = (node: Node, name: string): boolean =>
  node.type === 'function' && node.procedure?.type === 'variable' && node.procedure.value === name;

/** The node becomes "false when the condition is true, else true": JSONata takes nothing for false. */
const negate = (node: Node, condition: Node): void => {
  delete node.value;
  delete node.lhs;
  delete node.rhs;
  delete node.procedure;
  delete node.arguments;
  node.type = 'condition';
  node.condition = condition;
  // oxlint-disable-next-line unicorn/no-thenable -- JSONata's word for it; nobody awaits a node
  node.then = NO;
  node.else = YES;
};

/** The operands of a chain of `&`, from left to right. */
const operandsOf = (node: Node): Node[] => {
  if (node.type !== 'binary' || node.value !== '&' || Array.isArray(node.lhs)) return [node];
  const sides = [node.lhs, node.rhs].filter((side) => side !== undefined);
  return sides.flatMap(operandsOf);
};

const joinTexts = (node: Node): void => {
  const operands = operandsOf(node);
  delete node.lhs;
  delete node.rhs;
  const procedure: Node = { type: 'variable', value: CONCAT };
  node.type = 'function';
  node.value = '(';
  node.procedure = procedure;
  node.arguments = operands;
};

const markOperands = (node: Node): void => {
  for (const operand of [node.lhs, node.rhs]) {
    if (operand !== undefined && !Array.isArray(operand)) operand.isWalked = true;
  }
};

const rewriteBinary = (node: Node): void => {
  if (node.value === '&') joinTexts(node);
  else if (node.value === '=') markOperands(node);
  else if (node.value === '!=') {
    markOperands(node);
    negate(node, { ...node, value: '=' });
  }
};

const rewriteCall = (node: Node): void => {
  const [argument, ...others] = node.arguments ?? [];
  if (isCallOf(node, 'not') && argument !== undefined && others.length === 0) negate(node, argument);
  else if (WALKERS.has(node.procedure?.value)) for (const each of node.arguments ?? []) each.isWalked = true;
};

/** What `x ~> $keys` and `x ~> |…|…|` walk through. */
const rewriteApply = (node: Node): void => {
  if (node.lhs !== undefined && !Array.isArray(node.lhs)) node.lhs.isWalked = true;
};

/** A pattern that is the condition of `?:` too was copied as JSON on the way, which lost it: the other one has it. */
const patternAt = (node: Node, nodes: readonly Node[]): RegExp | undefined => {
  const twins = nodes.filter((other) => other.type === 'regex' && other.position === node.position);
  return twins.map(({ value }) => value).find((value) => value instanceof RegExp);
};

export type Rewritten =
  | { readonly ok: true; readonly patterns: readonly RE2JS[] }
  | { readonly ok: false; readonly message: string; readonly position: number };

const replacePatterns = (nodes: readonly Node[]): Rewritten => {
  const places = nodes
    .filter((node) => node.type === 'regex')
    .map((node) => ({ node, pattern: patternAt(node, nodes) }));
  const patterns: RE2JS[] = [];
  for (const { node, pattern } of places) {
    const compiled = pattern === undefined ? 'it is not readable' : compilePattern(pattern);
    if (typeof compiled === 'string') {
      const remedy = 'look-around and back-references do not exist here';
      return {
        ok: false,
        message: `This pattern is refused: ${compiled}; ${remedy}`,
        position: node.position ?? 0,
      };
    }
    node.type = 'variable';
    node.value = patternName(patterns.push(compiled) - 1);
  }
  return { ok: true, patterns };
};

/** Changes the tree in place. */
export const rewrite = (root: Node): Rewritten => {
  const nodes = [...nodesOf(root)];
  const rewritten = replacePatterns(nodes);
  for (const node of nodes) {
    if (node.type === 'binary') rewriteBinary(node);
    else if (node.type === 'function') rewriteCall(node);
    else if (node.type === 'apply') rewriteApply(node);
    else if (node.type === 'variable' && isRenamed(node.value)) node.value = RENAMED[node.value];
  }
  return rewritten;
};
