import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { audit, NOBODY } from '../../src/access/audit.ts';
import { breakAt, NO_HASH } from '../../src/domain/audit.ts';
import type { HashedLine } from '../../src/domain/audit.ts';
import { listAudit, readAudit } from '../../src/storage/audit.ts';
import { get, refusal } from '../api/client.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const all = () => readAudit(env.DB, 0, 1_000);

/** The first break of a chain. */
const faultIn = async (lines: readonly HashedLine[]): Promise<string | undefined> => {
  for (const [at, line] of lines.entries()) {
    const fault = await breakAt(line, lines[at - 1]);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

describe('the audit log', () => {
  it('begins with line 1, which follows nothing', async () => {
    await audit(env, {
      actor: NOBODY,
      action: 'sign_in',
      outcome: 'refused',
      detail: { b: 1, a: [{ d: 1, c: 2 }] },
    });

    const [line] = await all();
    expect(line).toMatchObject({ seq: 1, previous: NO_HASH, target: null, outcome: 'refused' });
    expect(line?.id).toMatch(/^aud_[0-9a-z]{26}$/);
  });

  it('stays one chain when many write at once', async () => {
    const before = (await all()).length;
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        audit(env, { actor: NOBODY, action: 'test', target: String(at) }),
      ),
    );

    const lines = await all();
    expect(lines).toHaveLength(before + 12);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));
    expect(new Set(lines.slice(before).map(({ target }) => target)).size).toBe(12);
    expect(await faultIn(lines)).toBeUndefined();
  });

  it.each([
    ["UPDATE audit SET action = 'x' WHERE seq = 1"],
    ['DELETE FROM audit WHERE seq = 1'],
    ['DELETE FROM audit'],
  ])('only grows: the database refuses %s', async (statement) => {
    await expect(env.DB.prepare(statement).run()).rejects.toThrow('only grows');
  });

  it('shows a line that was left out, changed, moved, or made up', async () => {
    const lines = await all();
    const [first, second, third] = lines;
    if (!first || !second || !third) throw new Error('three lines are needed');

    expect(await faultIn([first, third])).toBe('after line 1 comes line 3: something was left out');
    expect(await faultIn([first, { ...second, action: 'nothing' }])).toBe('line 2 was changed');
    expect(await faultIn([first, { ...second, actor: { ...second.actor, name: 'Max' } }])).toBe(
      'line 2 was changed',
    );
    expect(await faultIn([first, { ...second, hash: third.hash }])).toBe('line 2 was changed');
    expect(await faultIn([first, { ...third, seq: 2 }])).toBe('line 2 does not follow the one before it');
  });
});

describe('GET /api/v1/audit', () => {
  const Page = z.object({ items: z.array(z.looseObject({ seq: z.int() })), next: z.string().nullable() });
  const page = async (query: string) => Page.parse(await (await get(`/api/v1/audit?${query}`)).json());

  it('lists it newest first, page by page', async () => {
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.next}`);

    const seqs = [...first.items, ...second.items].map(({ seq }) => seq);
    const newest = (await all()).length;
    expect(seqs).toEqual([newest, newest - 1, newest - 2, newest - 3]);
  });

  it('chooses by what was done, to what, by whom and when', async () => {
    await audit(env, {
      actor: { kind: 'token', id: 'tok_x', name: 'ci' },
      action: 'flows.put',
      target: 'hr/onboard',
    });

    const chosen = async (query: string) => (await page(query)).items.length;

    expect(await chosen('action=flows.put')).toBe(1);
    expect(await chosen('target=hr/onboard&actor=tok_x')).toBe(1);
    expect(await chosen('actor=tok_y')).toBe(0);
    expect(await chosen('to=2020-01-01')).toBe(0);
    expect(await chosen('from=2020-01-01&action=flows.put')).toBe(1);
  });

  it('exports whole lines, oldest first, whose hashes hold', async () => {
    const answer = await get('/api/v1/audit', { headers: { Accept: 'application/x-ndjson' } });

    expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson');
    const lines: HashedLine[] = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(await all());
    expect(await faultIn(lines)).toBeUndefined();
  });

  it('goes on after a line that is known', async () => {
    const headers = { Accept: 'application/x-ndjson' };
    const newest = (await listAudit(env.DB, {}, { limit: 1 }))[0]?.seq ?? 0;

    const text = await (await get(`/api/v1/audit?after=${newest - 1}`, { headers })).text();

    expect(text.trim().split('\n')).toHaveLength(1);
  });

  it('is for who may read it', async () => {
    expect((await refusal(await get('/api/v1/audit', { token: null }))).code).toBe('unauthenticated');
    expect((await refusal(await get('/api/v1/audit?cursor=x'))).code).toBe('bad_cursor');
  });
});
