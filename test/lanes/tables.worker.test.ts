/** Tables of a lane that an earlier build has made. */
import { describe, expect, it } from 'vitest';
import { createTables, readMeta } from '../../src/lanes/tables.ts';
import { openLane } from './lane.ts';

describe('the tables of a lane of the first format', () => {
  it('get the column that says who has to hear of a run, and keep their rows', async () => {
    const lane = openLane();
    await lane.inside(({ sql }) => {
      sql.exec('ALTER TABLE runs DROP COLUMN owed');
      sql.exec("UPDATE meta SET value = '1' WHERE name = 'format'");
      sql.exec(
        "INSERT INTO runs VALUES ('run_1', 'old', 1, 'succeeded', 'final', 1, NULL, NULL, 0, NULL, NULL)",
      );
    });

    const format = await lane.inside(({ sql }) => {
      createTables(sql);
      return readMeta(sql, 'format');
    });

    expect(format).toBe('2');
    expect(await lane.sql('SELECT id, owed FROM runs')).toEqual([{ id: 'run_1', owed: null }]);
  });
});
