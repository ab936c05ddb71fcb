import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let fake: FakeSluice;
afterEach(() => fake.close());

const GRANT = {
  id: 'grt_01m85a7jwg5y8s3ghha47p1x9x',
  flow: 'hr/onboard',
  who: 'ana@example.com',
  reason: 'covers for \u001b[31mMax',
  until: '2026-12-31T18:00:00.000Z',
  active: true,
};

describe('a grant', () => {
  it('is given with a reason, until the end of a day', async () => {
    fake = await fakeSluice({ 'POST /api/v1/grants': { status: 201, json: GRANT } });
    const args = ['grants', 'add', 'hr/onboard', 'ana@example.com', '--until', '2026-12-31'];

    const { exit, stdout } = await perform([...args, '--reason', 'covers for Max', '--url', fake.url]);

    expect([exit, stdout]).toEqual([0, GRANT.id]);
    expect(fake.asked[0]?.body).toEqual({
      flow: 'hr/onboard',
      who: 'ana@example.com',
      reason: 'covers for Max',
      until: new Date('2026-12-31T23:59:59').toISOString(),
    });
  });

  it.each([
    ['a reason', [], '--reason'],
    ['a time that is one', ['--reason', 'x', '--until', 'soon'], '--until soon is no time'],
  ])('needs %s', async (_, flags, hint) => {
    fake = await fakeSluice({});

    const { exit, stderr } = await perform(['grants', 'add', 'a', 'b@c.de', ...flags, '--url', fake.url]);

    expect([exit, fake.asked]).toEqual([2, []]);
    expect(stderr).toContain(hint);
  });

  it('is listed on one line, with how long it stands', async () => {
    const ended = { ...GRANT, active: false };
    const forGood = { ...GRANT, until: null };
    fake = await fakeSluice({
      'GET /api/v1/grants': { json: { items: [GRANT, ended, forGood], next: null } },
    });

    const { stdout } = await perform([
      'grants',
      'list',
      '--flow',
      'hr/onboard',
      '--active',
      '--url',
      fake.url,
    ]);

    const [, first, second, third] = stdout.split('\n');
    expect(first).toMatch(/ana@example\.com +until 2026-12-31 .* +covers for Max$/);
    expect([second, third]).toEqual([
      expect.stringContaining(' ended '),
      expect.stringContaining(' for good '),
    ]);
    expect(fake.asked[0]?.path).toMatch(/\?flow=hr%2Fonboard&active=true/);
  });

  it('is ended by its id', async () => {
    fake = await fakeSluice({ [`DELETE /api/v1/grants/${GRANT.id}`]: { status: 200, json: null } });

    expect((await perform(['grants', 'end', GRANT.id, '--url', fake.url])).exit).toBe(0);
    expect(fake.asked).toHaveLength(1);
  });
});
