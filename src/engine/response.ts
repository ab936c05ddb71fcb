/** What `respond` gives becomes a response: a status that exists, headers that cannot be split, a body. */
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import type { RawResponse } from '../domain/run.ts';

/** RFC 9110, 5.6.2 and 5.5 */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export const rawResponse = (given: Json): RawResponse => {
  if (!isObject(given)) throw new StepError('invalid_response', '"respond" needs status, headers and body');
  const { status = 200, headers = {}, body = null } = given;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new StepError(
      'invalid_response',
      `The status ${JSON.stringify(status)} is no number from 200 to 599`,
    );
  }
  if (!isObject(headers)) throw new StepError('invalid_response', '"headers" must map names to texts');
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'object' ? undefined : String(value);
    if (!HEADER_NAME.test(name) || text === undefined || !HEADER_VALUE.test(text)) {
      throw new StepError(
        'invalid_response',
        `The header ${JSON.stringify(name)} has a name or value that HTTP does not allow`,
      );
    }
    checked[name.toLowerCase()] = text;
  }
  return { status, headers: checked, body };
};
