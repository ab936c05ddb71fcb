/** From nodes of YAML to JSON: keys are text, said once, and harmless; numbers are exact. */
import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Json } from '../domain/json.ts';
import { pathText, type Fault, type Path } from './place.ts';

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype']);

interface Reading {
  readonly faults: Fault[];
}

const offsetOf = (node: unknown): number =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : 0;

const keyFault = (key: string, known: ReadonlySet<string>): readonly [string, string] | undefined => {
  if (DANGEROUS.has(key)) return ['reserved_key', `The key "${key}" is not allowed: choose another name`];
  if (key === '<<') return ['merge_key', 'Merge keys are not allowed: write the members out'];
  if (known.has(key)) return ['duplicate_key', `The key "${key}" stands here twice: remove one of them`];
  return undefined;
};

const keyOf = (pair: Pair): string | undefined => {
  if (!isScalar(pair.key)) return undefined;
  // The key as written: `007:` and `on:` are the texts "007" and "on".
  return typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
};

const readMap = (pairs: readonly Pair[], path: Path, reading: Reading): Json => {
  const members: Record<string, Json> = {};
  const known = new Set<string>();
  for (const pair of pairs) {
    const key = keyOf(pair);
    const fault =
      key === undefined
        ? (['complex_key', 'A key is one text; quote it where YAML reads something else'] as const)
        : keyFault(key, known);
    if (key === undefined || fault !== undefined) {
      const [code, message] = fault ?? ['complex_key', ''];
      const at = key === undefined ? path : [...path, key];
      reading.faults.push({ offset: offsetOf(pair.key), code, message, path: pathText(at) });
      continue;
    }
    known.add(key);
    members[key] = readNode(pair.value, [...path, key], reading);
  }
  return members;
};

const readScalar = (node: Scalar, path: Path, reading: Reading): Json => {
  const { value } = node;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) <= 2 ** 53);
    if (isExact || /[.eE]/.test(node.source ?? '.')) if (Number.isFinite(value)) return value;
    const why = Number.isFinite(value) ? 'is too large to be kept exactly' : 'is no JSON number';
    const message = `The number ${node.source ?? value} ${why}: quote it to make it text`;
    reading.faults.push({ offset: offsetOf(node), code: 'number', message, path: pathText(path) });
  }
  return null;
};

const readNode = (node: unknown, path: Path, reading: Reading): Json => {
  if (isMap(node)) return readMap(node.items, path, reading);
  if (isSeq(node)) return node.items.map((item, index) => readNode(item, [...path, index], reading));
  if (isScalar(node)) return readScalar(node, path, reading);
  return null;
};

export const dataOf = (node: Node | null): { readonly value: Json; readonly faults: readonly Fault[] } => {
  const reading: Reading = { faults: [] };
  return { value: readNode(node, [], reading), faults: reading.faults };
};
