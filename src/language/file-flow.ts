/** A whole flow as files hold it. */
import * as z from 'zod';
import { FieldsSchema } from './file-fields.ts';
import { UnreadBlock } from './file-steps.ts';
import { TriggerSchema } from './file-triggers.ts';
import { duration, TimeZone } from './file-values.ts';

export const SettingsSchema = z
  .strictObject({
    history: z
      .enum(['full', 'masked', 'none'])
      .default('full')
      .meta({ description: 'What the history keeps: values, their shape only, or nothing.' }),
    timeout: duration({ least: '1s', most: '365d' })
      .prefault('30d')
      .meta({ description: 'Time limit of the whole run.' }),
    timezone: TimeZone.default('UTC'),
    onFailure: z.string().exactOptional().meta({ description: 'A helper that is given the failed run.' }),
    lane: z
      .literal('own')
      .exactOptional()
      .meta({ description: 'own: the run gets an object of its own, for heavy memory or computing.' }),
  })
  .meta({ id: 'Settings' });

export const flowSchema = (block: z.ZodType<readonly unknown[]>) =>
  z.strictObject({
    $schema: z.string().exactOptional(),
    title: z.string().exactOptional().meta({ description: 'What people call the flow.' }),
    description: z.string().exactOptional().meta({ description: 'What it does, in a sentence or two.' }),
    trigger: TriggerSchema,
    inputs: FieldsSchema.default({}),
    outputs: FieldsSchema.exactOptional(),
    steps: block,
    settings: SettingsSchema.prefault({}),
  });

/** The steps stay as they are: each is read on its own. */
export const UnreadFlow = flowSchema(UnreadBlock.min(1, 'must have at least one step'));
