/** Counts requests of a flow in fixed windows, exactly: every request of a flow asks the same home. */

/** 0 admits the request and counts it, else ms until the next window. */
export const admit = (
  sql: SqlStorage,
  limit: { readonly name: string; readonly requests: number; readonly perMs: number },
  now: number,
): number => {
  const window = Math.floor(now / limit.perMs);
  const row = sql
    .exec<{ window: number; used: number }>('SELECT window, used FROM rates WHERE name = ?', limit.name)
    .toArray()[0];
  const used = row?.window === window ? row.used : 0;
  if (used >= limit.requests) return (window + 1) * limit.perMs - now;
  sql.exec(
    'INSERT INTO rates VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET window = excluded.window, used = excluded.used',
    limit.name,
    window,
    used + 1,
  );
  return 0;
};
