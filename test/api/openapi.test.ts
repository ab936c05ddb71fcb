import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/api/management.ts';
import { openApiOf } from '../../src/api/openapi.ts';
import { startedByHand } from '../../src/api/started-by-hand.ts';
import { isObject } from '../../src/domain/json.ts';
import type { Json } from '../../src/domain/json.ts';

const all = [...endpoints, ...startedByHand];
const document = openApiOf(all, '1.2.3');

const referencesIn = (value: Json | undefined): string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  );
};

describe('the document of the management API', () => {
  it('is valid OpenAPI 3.1 for a public validator', async () => {
    const result = await new Validator().validate(structuredClone(document));

    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('has every endpoint, each with an id of its own', () => {
    const ids = [...JSON.stringify(document).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);

    expect(ids).toHaveLength(all.length);
    expect(new Set(ids).size).toBe(all.length);
  });

  it('refers to nothing that it does not define', () => {
    const schemas = isObject(document.components) ? document.components.schemas : undefined;
    const defined = Object.keys(isObject(schemas) ? schemas : {}).map(
      (name) => `#/components/schemas/${name}`,
    );

    expect(referencesIn(document).filter((reference) => !defined.includes(reference))).toEqual([]);
  });

  it('names the scope that each endpoint wants', () => {
    const paths = isObject(document.paths) ? document.paths : {};

    expect(paths['/runs/{id}/cancel']).toMatchObject({ post: { security: [{ token: ['runs:control'] }] } });
  });
});
