/** The kinds of sources there are, with what each of them can be told. */
import * as z from 'zod';
import { sharedSettings } from '../sources/shared-settings.ts';
import { SOURCE_KINDS } from '../sources/table.ts';
import type { SourceKind } from '../sources/kind.ts';
import { answer, endpoint } from './endpoint.ts';
import { pageOf } from './shapes/page.ts';

const Kind = z
  .strictObject({
    kind: z.string(),
    title: z.string(),
    doc: z.string(),
    setup: z.string().describe('what to do at the sender'),
    settings: z.looseObject({}).describe('JSON Schema of its settings'),
  })
  .meta({ id: 'SourceKind' });

const schemaOf = (settings: z.ZodType): z.core.JSONSchema.BaseSchema => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
  return schema;
};

/** With the settings that sources have whatever their kind. */
const show = ([kind, { title, doc, setup, settings }]: [string, SourceKind]): z.input<typeof Kind> => {
  const own = schemaOf(settings);
  const properties = { ...own.properties, ...schemaOf(sharedSettings(kind)).properties };
  return { kind, title, doc, setup, settings: { ...own, properties } };
};

const list = endpoint({
  method: 'get',
  path: '/source-kinds',
  scope: 'sources:read',
  summary: 'Lists the kinds of sources, with the settings that each can have',
  gives: pageOf(Kind),
  run: async () => answer({ items: Object.entries(SOURCE_KINDS).map(show), next: null }),
});

export const sourceKindEndpoints = [list];
