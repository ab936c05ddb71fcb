/** Flow files together: checked without being saved, or saved all or none. */
import * as z from 'zod';
import type { Parsed } from '../domain/flow.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { draftOf } from '../storage/flow-draft.ts';
import type { Draft } from '../storage/flow-draft.ts';
import { saveFlows } from '../storage/save-flows.ts';
import { sentenceOf } from '../schedules/words.ts';
import { answer, endpoint } from './endpoint.ts';
import { formatOf, itemOf, parseTexts, problemsOf } from './flow-texts.ts';
import type { FlowText } from './flow-texts.ts';
import { Problem } from './shapes/flow.ts';

const Files = z
  .array(z.strictObject({ name: z.string().max(200), text: z.string() }))
  .max(1_000)
  .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, {
    message: 'Each flow may be there once only: hello.yaml and hello.json are the same flow.',
  });

const check = endpoint({
  method: 'post',
  path: '/flows/check',
  scope: 'flows:read',
  summary: 'Says what is wrong in flow files, and saves nothing',
  body: z.strictObject({ files: Files }),
  gives: z.strictObject({
    files: z.array(
      z.strictObject({
        name: z.string(),
        ok: z.boolean(),
        problems: z.array(Problem),
        schedule: z
          .string()
          .nullable()
          .describe('what the schedule of a flow that has one does, in a sentence'),
      }),
    ),
  }),
  run: async ({ env, cards, body, now }) => {
    const all = await parseTexts(body.files, { env, cards, now });
    const files = all.map((parsed, index) => {
      const schedule = parsed.ok ? sentenceOf(parsed.flow) : null;
      const name = body.files[index]?.name ?? '';
      return { name, ok: parsed.ok, problems: [...problemsOf(parsed)], schedule };
    });
    return answer({ files });
  },
});

const draftsOf = async (
  files: readonly FlowText[],
  parsed: readonly Parsed[],
): Promise<readonly Draft[] | Refusal> => {
  const bad = parsed.filter(({ ok }) => !ok).length;
  if (bad > 0) {
    const errors = parsed.flatMap((each, index) =>
      each.ok ? [] : problemsOf(each).map((problem) => itemOf(problem, files[index]?.name ?? '')),
    );
    const detail = `${bad} of ${files.length} flows have errors; nothing was saved.`;
    return refuse('invalid_flow', detail, { errors });
  }
  return Promise.all(
    files.flatMap(({ name, text }, index) => {
      const each = parsed[index];
      return each?.ok === true
        ? [draftOf({ name, text, format: formatOf(text), definition: each.flow })]
        : [];
    }),
  );
};

const push = endpoint({
  method: 'post',
  path: '/flows/push',
  scope: 'flows:write',
  summary: 'Saves flow files, all of them or none',
  description:
    'With `prune`, flows whose file is gone are archived. Flows that the API wrote last need `force`.',
  body: z.strictObject({
    files: Files,
    prune: z.boolean().default(false),
    force: z.boolean().default(false),
    dryRun: z.boolean().default(false).describe('only say what would happen'),
  }),
  gives: z.strictObject({
    flows: z.array(
      z.strictObject({
        name: z.string(),
        outcome: z.enum(['created', 'updated', 'restored', 'unchanged', 'archived']),
        version: z.int(),
      }),
    ),
  }),
  refuses: ['invalid_flow', 'conflict'],
  run: async ({ env, cards, identity, now, body }) => {
    const { files, prune, force, dryRun } = body;
    const drafts = await draftsOf(files, await parseTexts(files, { env, cards }, prune));
    if ('ok' in drafts) return drafts;
    const writer = { origin: 'files', by: identity.tokenId, at: now, force } as const;
    const saved = await saveFlows(env.DB, drafts, writer, { prune, dryRun });
    if (!saved.ok) return saved;
    return answer({
      flows: saved.changes.map(({ name, version, change }) => ({ name, outcome: change, version })),
    });
  },
});

export const pushEndpoints = [check, push];
