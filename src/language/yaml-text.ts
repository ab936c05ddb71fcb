/** A flow's document as YAML, to be read by people and again by us with the same meaning. */
import { stringify } from 'yaml';
import type { Json } from '../domain/json.ts';

export const toYaml = (document: Json): string =>
  stringify(document, { version: '1.2', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false });
