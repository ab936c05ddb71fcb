/** Example flows that call others, run against an Okta that answers from memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cards } from '../../src/cards.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { Family } from '../engine/family.ts';
import { CALM } from '../engine/postman.ts';
import { PROJECT } from './pages.ts';

const ORIGIN = 'https://example.okta.com';

const example = (name: string): Flow => {
  const text = readFileSync(join(PROJECT, 'flows', `${name}.yaml`), 'utf8');
  const parsed = parseFlow(name, text, catalogueOf(cards));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.flow;
};

const okta = {
  name: 'okta',
  kind: 'http',
  settings: { auth: 'header', baseUrl: ORIGIN, header: 'Authorization', value: 'SSWS secret' },
  honoursIdempotencyKey: false,
} as const;

type Answers = (method: string, url: URL) => Response;

const familyOf = (names: readonly string[], inputs: JsonObject, answers: Answers): Family =>
  new Family(names.map(example), inputs, CALM, {
    cards,
    connection: async () => okta,
    fetch: async (request) => answers(request.method, new URL(request.url)),
  });

const json = (value: Json, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json', ...headers } });

const user = (login: string, lastLogin: string | null): Json => ({
  id: login,
  status: 'ACTIVE',
  created: '2020-01-01T00:00:00.000Z',
  lastLogin,
  profile: { login, firstName: 'A', lastName: 'B' },
});

describe('examples/last-logins', () => {
  it('goes through all pages, and reports whom its helper finds stale', async () => {
    const pages = [
      [user('ana', '2026-11-20T08:00:00.000Z'), user('bo', '2026-05-27T12:00:00.000Z')],
      [user('cy', null), user('di', '2026-11-01T08:00:00.000Z')],
      [user('ed', '2026-01-22T12:00:00.000Z')],
    ];
    const searches: (string | null)[] = [];
    const family = familyOf(
      ['examples/last-logins', 'examples/last-login'],
      { search: 'status eq "ACTIVE"', days: 90 },
      (_, url) => {
        searches.push(url.searchParams.get('search'));
        const at = Number(url.searchParams.get('after') ?? 0);
        const next = at + 1 < pages.length ? `, <${ORIGIN}/api/v1/users?after=${at + 1}>; rel="next"` : '';
        return json(pages[at] ?? [], { Link: `<${url.href}>; rel="self"${next}` });
      },
    );

    const { status, error, outputs } = await family.settle();

    expect([status, error]).toEqual(['succeeded', null]);
    expect(outputs).toEqual({
      seen: 5,
      stale: [
        { login: 'bo', days: 180, never: false },
        { login: 'cy', days: 2518, never: true },
        { login: 'ed', days: 305, never: false },
      ],
    });
    expect(searches).toEqual(['status eq "ACTIVE"', null, null]);
    expect(family.of('examples/last-login')).toHaveLength(5);
  });
});

describe('examples/offboard', () => {
  const groups = Array.from({ length: 6 }, (_, index) => ({
    id: `g${index}`,
    type: index === 5 ? 'BUILT_IN' : 'OKTA_GROUP',
    profile: { name: `Group ${index}` },
  }));

  const offboard = async (refused: readonly string[]) => {
    const removed: string[] = [];
    const family = familyOf(
      ['examples/offboard', 'examples/leave-group'],
      { login: 'ana' },
      (method, url) => {
        const [, group] = /\/groups\/(\w+)\/users\/u1$/.exec(url.pathname) ?? [];
        if (group !== undefined) {
          if (refused.includes(group)) return new Response('no', { status: 403 });
          removed.push(group);
          return new Response(null, { status: 204 });
        }
        if (method === 'DELETE') return new Response(null, { status: 204 });
        return json(url.pathname.endsWith('/groups') ? groups : { id: 'u1' });
      },
    );
    return { state: await family.settle(), removed };
  };

  it('takes the user out of all groups that can be left', async () => {
    const { state, removed } = await offboard([]);

    expect(state.outputs).toEqual({ failed: [], groups: { left: 5, kept: [] } });
    expect(removed.toSorted()).toEqual(['g0', 'g1', 'g2', 'g3', 'g4']);
  });

  it('tolerates a fifth of failures and names them; more fail that branch alone', async () => {
    expect((await offboard(['g3'])).state.outputs).toEqual({
      failed: [],
      groups: { left: 4, kept: ['Group 3'] },
    });
    expect((await offboard(['g3', 'g4'])).state.outputs).toEqual({ failed: ['groups'], groups: null });
  });
});
