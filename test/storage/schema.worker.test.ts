import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';

interface Made {
  readonly name: string;
  readonly sql: string;
}

const made = async (type: 'table' | 'index'): Promise<readonly Made[]> => {
  const { results } = await env.DB.prepare(
    `SELECT name, sql FROM sqlite_master WHERE type = ?1 AND sql IS NOT NULL
     AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations'`,
  )
    .bind(type)
    .all<Made>();
  return results;
};

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

describe('the tables of D1', () => {
  it('have no row ids, for those cost a second row with every insert', async () => {
    const tables = await made('table');

    expect(tables.length).toBeGreaterThan(5);
    expect(tables.filter(({ sql }) => !/WITHOUT ROWID\s*$/i.test(sql)).map(({ name }) => name)).toEqual([]);
  });

  it('have one secondary index each on events and schedules, and two on runs: of these one for called runs alone', async () => {
    const names = (await made('index')).map(({ name }) => name);

    expect(names.toSorted()).toEqual([
      'events_by_source',
      'runs_by_flow',
      'runs_by_parent',
      'schedules_by_next',
    ]);
  });
});
