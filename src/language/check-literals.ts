/** Literal values in places that take few: waits, answers and failures. A text with an expression always passes. */
import { DURATION } from '../domain/duration.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { isTimeText, TIME_TEXT } from './file-values.ts';
import { didYouMean } from '../domain/near-match.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { isTemplateText } from './schema-check.ts';
import { titleOf } from './schema-type.ts';

export const checkWait = (
  wait: { readonly for: Json } | { readonly until: Json },
  path: Path,
  report: Report,
): void => {
  const isFor = 'for' in wait;
  const value = isFor ? wait.for : wait.until;
  if (isTemplateText(value)) return;
  const isGood = typeof value === 'string' && (isFor ? DURATION.test(value) : isTimeText(value));
  if (isGood) return;
  const message = isFor
    ? '"for" must be a duration such as 30s, 6h or 3d, or an expression that gives one (or seconds)'
    : `"until" ${TIME_TEXT}, or an expression that gives one`;
  report.error({ path: [...path, isFor ? 'for' : 'until'], code: 'format', message });
};

const isStatus = (value: Json | undefined, least: number): boolean =>
  value === undefined ||
  isTemplateText(value) ||
  (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 599);

export const checkResponse = (status: Json | undefined, path: Path, report: Report): void => {
  if (isStatus(status, 200)) return;
  const message = '"status" must be a status of HTTP, 200 to 599';
  report.error({ path: [...path, 'status'], code: 'not_allowed', message });
};

const FAIL_KEYS = ['code', 'message', 'status', 'data'];

const checkFailMembers = (value: JsonObject, path: Path, report: Report): void => {
  for (const key of Object.keys(value)) {
    if (FAIL_KEYS.includes(key)) continue;
    const meant = didYouMean(key, FAIL_KEYS) || `; known are ${FAIL_KEYS.join(', ')}`;
    const message = `"${key}" is not known here${meant}`;
    report.error({ path: [...path, key], code: 'unknown_key', message, spot: 'key' });
  }
  if (typeof value.message !== 'string') {
    const message = '"fail" needs a message: what happened, and what to do about it';
    report.error({ path: [...path, 'message'], code: 'required', message, spot: 'key' });
  }
  if (value.code !== undefined && !isTemplateText(value.code) && !isCode(value.code)) {
    const message = '"code" must be a word of small letters, digits and _, such as no_such_user';
    report.error({ path: [...path, 'code'], code: 'format', message });
  }
  if (!isStatus(value.status, 400)) {
    const message = '"status" must be a status of HTTP for failures, 400 to 599';
    report.error({ path: [...path, 'status'], code: 'not_allowed', message });
  }
};

const isCode = (value: Json): boolean => typeof value === 'string' && /^[a-z][a-z0-9_]{0,99}$/.test(value);

/** `{ code, message, status, data }`; only the message must be there. */
export const checkFail = (value: Json, path: Path, report: Report): void => {
  if (isObject(value)) return checkFailMembers(value, path, report);
  const message = `"fail" must be { code: …, message: … } or an error, \${{ error }}, but is ${titleOf(value)}`;
  report.error({ path, code: 'type', message });
};
