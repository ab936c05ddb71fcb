/** Flow files together: checked without being saved, or saved all or none. */
import * as z from 'zod';
import type { Cards } from '../domain/card.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { draftOf } from '../storage/flow-draft.ts';
import type { Draft } from '../storage/flow-draft.ts';
import { saveFlows } from '../storage/save-flows.ts';
import { sentenceOf } from '../schedules/words.ts';
import { answer, endpoint } from './endpoint.ts';
import { formatOf, itemOf, parseText, problemsOf } from './flow-texts.ts';
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
  run: async ({ cards, body, now }) =>
    answer({
      files: body.files.map((file) => {
        const parsed = parseText(file, cards, now);
        const schedule = parsed.ok ? sentenceOf(parsed.flow) : null;
        return { name: file.name, ok: parsed.ok, problems: [...problemsOf(parsed)], schedule };
      }),
    }),
});

const draftsOf = async (files: readonly FlowText[], cards: Cards): Promise<readonly Draft[] | Refusal> => {
  const parsed = files.map((file) => ({ ...file, parsed: parseText(file, cards) }));
  const bad = parsed.filter((file) => !file.parsed.ok);
  if (bad.length > 0) {
    const errors = bad.flatMap((file) =>
      problemsOf(file.parsed).map((problem) => itemOf(problem, file.name)),
    );
    const detail = `${bad.length} of ${files.length} flows have errors; nothing was saved.`;
    return refuse('invalid_flow', detail, { errors });
  }
  return Promise.all(
    parsed.flatMap(({ name, text, parsed }) =>
      parsed.ok ? [draftOf({ name, text, format: formatOf(text), definition: parsed.flow })] : [],
    ),
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
    const drafts = await draftsOf(body.files, cards);
    if ('ok' in drafts) return drafts;
    const { prune, force, dryRun } = body;
    const writer = { origin: 'files', by: identity.tokenId, at: now, force } as const;
    const saved = await saveFlows(env.DB, drafts, writer, { prune, dryRun });
    if (!saved.ok) return saved;
    return answer({
      flows: saved.changes.map(({ name, version, change }) => ({ name, outcome: change, version })),
    });
  },
});

export const pushEndpoints = [check, push];
