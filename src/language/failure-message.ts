/**
 * Why an expression failed, in words that name the remedy. Texts are never quoted: one may be a secret. JSONata's own
 * words are the last resort, without the values in them.
 */
import type { JsonataError } from './syntax-message.ts';

export const kindOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  return Array.isArray(value) ? 'a list' : 'an object';
};

const TO_NUMBER = 'turn a text into a number with $number(x)';

const operand = (side: string, { token, value }: JsonataError): string => {
  const remedy = token === '+' ? `${TO_NUMBER}, join texts with &` : TO_NUMBER;
  return `"${String(token)}" calculates with numbers, and its ${side} side is ${kindOf(value)}: ${remedy}`;
};

const notComparable = ({ token, value }: JsonataError): string =>
  `"${String(token)}" compares numbers or texts, not ${kindOf(value)}`;

const differentKinds = ({ token, value, value2 }: JsonataError): string =>
  `"${String(token)}" compares ${kindOf(value)} with ${kindOf(value2)}: ${TO_NUMBER}, a number into a text with $string(x)`;

const wrongArgument = ({ token, index, value }: JsonataError): string => {
  const remedy =
    typeof value === 'string'
      ? TO_NUMBER
      : value === null
        ? 'write x ?? … where null may come'
        : 'turn it with $string(x)';
  return `$${String(token)} cannot take ${kindOf(value)} as argument ${index ?? 1}: ${remedy}`;
};

const notAFunction = ({ token }: JsonataError): string =>
  token === undefined
    ? 'What is called here is no function'
    : `"${String(token)}" is called, and is no function`;

const WORDS: Readonly<Record<string, (error: JsonataError) => string>> = {
  D1001: () => 'A number is too big: infinity, or a division by zero',
  D1002: ({ value }) => `A minus stands before ${kindOf(value)}, which is no number: ${TO_NUMBER}`,
  D1004: () => 'The pattern matches the empty text: let it match one character at least',
  D1009: () => 'Two members of the object have the same name',
  D3010: () => '$replace cannot look for the empty text',
  D3012: () => 'The function given to $replace must give a text',
  D3030: ({ value }) => `$number cannot make a number of ${kindOf(value)}`,
  D3070: () =>
    '$sort sorts numbers or texts by itself; for others write $sort(list, function($a, $b) { $a.x > $b.x })',
  D3110: () => '$toMillis reads ISO 8601 times; for others give it the format, or use the card date.parse',
  D3138: () => '$single found more than one item',
  D3139: () => '$single found no item',
  T0410: wrongArgument,
  T0411: ({ token }) => `$${String(token)} lacks an argument, and cannot take the row for it`,
  T0412: ({ token, index }) =>
    `Argument ${index ?? 1} of $${String(token)} is a list with items of another kind`,
  T1003: ({ value }) => `The name of a member must be a text, and is ${kindOf(value)}: use $string(x)`,
  T1005: notAFunction,
  T1006: notAFunction,
  T1007: notAFunction,
  T1008: notAFunction,
  T2001: (error) => operand('left', error),
  T2002: (error) => operand('right', error),
  T2003: ({ value }) => `A range [a..b] needs whole numbers, and begins with ${kindOf(value)}`,
  T2004: ({ value }) => `A range [a..b] needs whole numbers, and ends with ${kindOf(value)}`,
  T2006: () => 'Right of ~> must stand a function',
  T2007: () => 'The order ^(…) compares numbers with texts: make them one kind',
  T2008: () => 'The order ^(…) needs numbers or texts',
  T2009: differentKinds,
  T2010: notComparable,
};

/** Codes that mean too much, not something wrong. */
export const isTooMuch = (code: string | undefined): boolean => code === 'D2014' || code === 'D2015';

export const TOO_LONG = 'it makes a list of more than 10,000 items: use the list cards for long lists';

/** JSONata quotes values in its words, and they may be secrets. What `$error` and `$assert` say is the author's own. */
const ownWords = (error: JsonataError): string => {
  if (error instanceof RangeError) return 'its value is nested too deeply, or contains itself';
  const words = error.message ?? 'it cannot be evaluated';
  const isAuthors = error.code === 'D3137' || error.code === 'D3141';
  return isAuthors ? words : words.replace(/"(?:[^"\\]|\\.)*"/g, '…');
};

export const explainFailure = (error: JsonataError): string =>
  WORDS[error.code ?? '']?.(error) ?? ownWords(error);
