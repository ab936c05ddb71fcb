/** The SQLite of Node in the shape that an object's storage has: for what needs rows, and no object around them. */
import { DatabaseSync } from 'node:sqlite';
import { createTables } from '../../src/lanes/tables.ts';

/** A lane's tables, empty, in memory. */
export const openTables = (): SqlStorage => {
  const db = new DatabaseSync(':memory:');
  const exec = (query: string, ...values: (string | number | null)[]) => {
    if (values.length === 0 && query.includes(';')) {
      db.exec(query);
      return { toArray: () => [], rowsWritten: 0 };
    }
    const statement = db.prepare(query);
    if (statement.columns().length > 0) {
      const rows = statement.all(...values);
      return { toArray: () => rows, rowsWritten: 0 };
    }
    const { changes } = statement.run(...values);
    return { toArray: () => [], rowsWritten: Number(changes) };
  };
  // Of the storage's members the tables and queues use this one.
  const sql = { exec } as unknown as SqlStorage;
  createTables(sql);
  return sql;
};
