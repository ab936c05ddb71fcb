/** Reads a document's tokens before anything is built from them, so that no text can explode or nest for ever. */
import type { CST } from 'yaml';
import type { Fault } from './place.ts';

export const MOST_LEVELS = 64;

const REFUSED: Readonly<Record<string, readonly [code: string, message: string]>> = {
  anchor: ['anchor', 'Anchors are not allowed: write the value out where it is needed, or keep it with set'],
  alias: ['alias', 'Aliases are not allowed: write the value out; text that begins with * is quoted'],
  tag: ['tag', 'Tags are not allowed: text that begins with ! is quoted'],
  directive: ['directive', 'Directives are not allowed: a flow is always YAML 1.2'],
};

interface Visit {
  readonly token: CST.Token | CST.SourceToken;
  readonly level: number;
}

/** What lies directly in a token, one level deeper when the token is a list or a map. */
const inside = ({ token, level }: Visit): readonly Visit[] => {
  const at = (deeper: number, tokens: readonly (CST.Token | null | undefined)[]): readonly Visit[] =>
    tokens.flatMap((child) => (child == null ? [] : [{ token: child, level: level + deeper }]));
  if (token.type === 'document') return at(0, [...token.start, token.value]);
  if (!('items' in token)) return [];
  return token.items.flatMap(({ start, key, sep, value }) =>
    at(1, [...start, key, ...(sep ?? []), value] as readonly (CST.Token | null | undefined)[]),
  );
};

export const checkTokens = (tokens: readonly CST.Token[]): readonly Fault[] => {
  const documents = tokens.filter((token) => token.type === 'document');
  const second = documents[1];
  const faults: Fault[] = [];
  if (second !== undefined) {
    const message = 'One file holds one flow: put what follows this "---" into a file of its own';
    faults.push({ offset: second.offset, code: 'documents', message });
  }
  const open: Visit[] = tokens.map((token) => ({ token, level: 0 }));
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { offset, type } = visit.token;
    if (visit.level > MOST_LEVELS) {
      const message = `The document is nested deeper than ${MOST_LEVELS} levels`;
      return [{ offset, code: 'too_deep', message }];
    }
    const refused = REFUSED[type];
    if (refused !== undefined) faults.push({ offset, code: refused[0], message: refused[1] });
    for (const child of inside(visit)) open.push(child);
  }
  return faults.toSorted((left, right) => left.offset - right.offset);
};
