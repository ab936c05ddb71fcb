/** The tokens of date formats, named as in moment.js, and the English names they stand for. */
import { StepError } from './errors.ts';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** Abbreviations of whole formats, written out. */
const LONG_FORMS: Readonly<Record<string, string>> = {
  LT: 'h:mm A',
  LTS: 'h:mm:ss A',
  L: 'MM/DD/YYYY',
  LL: 'MMMM D, YYYY',
  LLL: 'MMMM D, YYYY h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
};
const LONG_FORM = /\[[^\]]*\]|LTS?|L{1,4}/g;
const PIECE =
  /\[([^\]]*)\]|YYYY|YY|Qo?|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D|dddd|ddd|dd|do|d|E|GGGG|WW|Wo|W|HH?|hh?|kk?|mm?|ss?|S{1,9}|A|a|ZZ?|zz?|X|x|[^]/g;

export type Piece = { readonly token: string } | { readonly literal: string };

/**
 * A format in its pieces. Text in brackets and what is no letter stands for itself, as does the `T` of ISO 8601; any
 * other letter that is no token is refused, for it is mostly a token of another language (`yyyy`).
 */
export const piecesOf = (format: string): readonly Piece[] => {
  if (format.length > 200) throw new StepError('invalid_format', 'A date format has 200 characters at most');
  const written = format.replace(LONG_FORM, (form) => LONG_FORMS[form] ?? form);
  return [...written.matchAll(PIECE)].map(([whole, bracketed]): Piece => {
    if (bracketed !== undefined) return { literal: bracketed };
    if (whole.length === 1 && (whole === 'T' || !/[A-Za-z]/.test(whole))) return { literal: whole };
    if (whole.length > 1 || /[QMDdEWHhkmsSAaZzXx]/.test(whole)) return { token: whole };
    const remedy = 'years are YYYY, days of the month DD, and plain text goes in brackets: [at]';
    throw new StepError('invalid_format', `"${whole}" in the date format "${format}" is no token: ${remedy}`);
  });
};
