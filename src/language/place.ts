/** Places in a flow's document: the members that lead there, and how people read them. */

export type Path = readonly (string | number)[];

export interface Position {
  /** both count from 1 */
  readonly line: number;
  readonly column: number;
}

const PLAIN = /^[A-Za-z$_][A-Za-z0-9_$-]*$/;

/** `steps[2].with.url`; odd keys are quoted: `with["Content-Type: x"]`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, member) => {
    if (typeof member === 'number') return `${text}[${member}]`;
    if (!PLAIN.test(member)) return `${text}[${JSON.stringify(member)}]`;
    return text === '' ? member : `${text}.${member}`;
  }, '');
