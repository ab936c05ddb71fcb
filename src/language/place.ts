/** Places in a flow's document: the members that lead there, and how people read them. */

export type Path = readonly (string | number)[];

export interface Position {
  /** both count from 1 */
  readonly line: number;
  readonly column: number;
}

/** The key of a member, its value (the usual case), or a text and an offset in it: a place inside an expression. */
export type Spot = 'key' | 'value' | { readonly source: string; readonly offset: number };

/** A fault at an offset of the text. */
export interface Fault {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

const PLAIN = /^[A-Za-z$_][A-Za-z0-9_$-]*$/;

/** `steps[2].with.url`; odd keys are quoted: `with["Content-Type: x"]`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, member) => {
    if (typeof member === 'number') return `${text}[${member}]`;
    if (!PLAIN.test(member)) return `${text}[${JSON.stringify(member)}]`;
    return text === '' ? member : `${text}.${member}`;
  }, '');
