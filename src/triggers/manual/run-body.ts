/** What is sent to run a flow by hand. */
import * as z from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import { didYouMean } from '../../domain/near-match.ts';
import { refuse, type ProblemItem, type Refusal } from '../../domain/problem.ts';
import { decode, parseObject } from '../text-body.ts';

const JsonMembers = z.record(z.string(), z.json());

const given = {
  inputs: JsonMembers.default({}),
  /** `true`: nothing is sent outside but what is safe, and the rest is listed */
  dry: z.boolean().default(false),
  /** whether what the trigger would bring is filled in with a sample */
  sample: z.boolean().default(true),
  /** in place of the sample */
  event: JsonMembers.optional(),
  request: JsonMembers.optional(),
  schedule: JsonMembers.optional(),
};

export const RunBody = z.strictObject(given);
export type RunBody = z.output<typeof RunBody>;

/** Runs a text that is not saved. */
export const TextRunBody = z.strictObject({
  ...given,
  name: z.string().default('unsaved'),
  text: z.string(),
});
export type TextRunBody = z.output<typeof TextRunBody>;

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((member) => (typeof member === 'number' ? `[${member}]` : String(member))).join('.');

const itemsOf = (issue: z.core.$ZodIssue): readonly ProblemItem[] => {
  const { path, code, message } = issue;
  if (code !== 'unrecognized_keys') return [{ path: pathOf(path), code, message }];
  const known = Object.keys(TextRunBody.shape);
  return issue.keys.map((key) => ({
    path: key,
    code: 'unknown',
    message: `"${key}" is not known here${didYouMean(key, known) || '.'}`,
  }));
};

type Read<T> = { readonly ok: true; readonly body: T; readonly json: JsonObject } | Refusal;

/** No body is `{}`; unknown members and any query are refused. */
export const readRunBody = async <T>(request: Request, shape: z.ZodType<T>): Promise<Read<T>> => {
  if (new URL(request.url).search !== '') {
    return refuse('invalid_input', 'This address takes no query: everything goes into the body.');
  }
  const raw = decode(new Uint8Array(await request.arrayBuffer()));
  if (raw === undefined) return refuse('malformed', 'The body is not valid UTF-8.');
  const type = request.headers.get('Content-Type') ?? '';
  if (raw !== '' && !/^application\/json\s*(;|$)/i.test(type)) {
    return refuse('unsupported_media_type', 'Send the body as application/json.');
  }
  const parsed = parseObject(raw === '' ? '{}' : raw, 'inputs, dry, sample, event, request and schedule');
  if (!parsed.ok) return parsed;
  const checked = shape.safeParse(parsed.value satisfies Json);
  if (checked.success) return { ok: true, body: checked.data, json: parsed.value };
  return refuse('invalid_input', 'The body does not say how to run the flow.', {
    errors: checked.error.issues.flatMap(itemsOf),
  });
};
