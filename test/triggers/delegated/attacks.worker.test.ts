/** The delegated door before people who want more than they may. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { csrfOf } from '../../../src/access/csrf.ts';
import { mintId } from '../../../src/domain/ids.ts';
import { addGrant } from '../../../src/storage/grants.ts';
import { newFormKey } from '../../../src/triggers/delegated/form-key.ts';
import { publish, setUp } from '../doorway.ts';
import { MAX, person, resultOf, STELLA, storedRun, visit } from './people.ts';

const form = (allow: string, more = ''): string => `
trigger: { kind: delegated, allow: [${allow}] }
inputs: { name: { type: string } }
steps: [{ return: { name: "\${{ inputs.name }}" } }]
outputs: { name: { type: string } }
${more}`;

const EVIL = `"><img src=x onerror=alert(1)><script>alert(1)</script>'\${{ 7*7 }}`;

const stella = visit(STELLA);
const max = visit(MAX);

beforeAll(async () => {
  await setUp();
  await publish({
    desk: form('"group:service-desk"'),
    managers: form('"group:managers"'),
    'hr/by-address': form('"Stella@Example.com"'),
    'hr/by-domain': form('"domain:example.com"'),
    'by-other-domain': form('"domain:ample.com"'),
    granted: form('"group:nobody"'),
    off: form('"group:service-desk"'),
    hello: 'trigger: { kind: api, auth: public }\nsteps: [{ return: {} }]',
    evil: form(
      '"group:service-desk"',
      `title: ${JSON.stringify(EVIL)}\ndescription: ${JSON.stringify(EVIL)}`,
    ),
  });
  await env.DB.prepare("UPDATE flows SET status = 'disabled' WHERE name = 'off'").run();
});

const countRuns = async (): Promise<number> => {
  const html = await (await stella.get('/delegated/runs')).text();
  return html.split('<th scope="row">').length - 1;
};

const keysOf = async (who = STELLA): Promise<Record<string, string>> => ({
  _csrf: await csrfOf(env, `session of ${who.subject}`),
  _key: newFormKey(Date.now()),
});

describe('what people see', () => {
  it('is what their address, their groups and their domain allow, and nothing else', async () => {
    const html = await (await stella.get('/delegated')).text();

    const seen = [...html.matchAll(/href="\/delegated\/([^"]*)"/g)].map(([, name]) => name);
    expect(seen).toEqual(['runs', 'desk', 'evil', 'hr/by-address', 'hr/by-domain']);
  });

  it('is found by words of title, description and name', async () => {
    expect(await (await stella.get('/delegated?q=BY+hr+addr')).text()).toContain('by address</a>');
    expect(await (await stella.get('/delegated?q=%3Cscript%3Enothing')).text()).toContain('No form has all');
  });

  it.each(['managers', 'off', 'hello', 'unknown', 'by-other-domain', 'Not%20a%20name', 'desk/', 'desk/x'])(
    'is the same page for %s as for what does not exist',
    async (name) => {
      const [unknown, asked] = [
        await stella.get('/delegated/no-such-flow'),
        await stella.get(`/delegated/${name}`),
      ];

      expect([asked.status, unknown.status]).toEqual([404, 404]);
      expect(await asked.text()).toBe(await unknown.text());
    },
  );

  it('takes the same questions to the database for a forbidden flow as for an unknown one', async () => {
    const asked: string[] = [];
    const DB = new Proxy(env.DB, {
      get: (db, name) =>
        name === 'prepare' ? (sql: string) => (asked.push(sql), db.prepare(sql)) : Reflect.get(db, name),
    });
    const watched = visit(STELLA, { DB });

    await watched.get('/delegated/managers');
    const forbidden = asked.splice(0);
    await watched.get('/delegated/no-such-flow');
    const unknown = asked.splice(0);
    await watched.get('/delegated/%00');

    expect([forbidden.length, unknown, asked]).toEqual([1, forbidden, forbidden]);
  });

  it('does not hold a run of somebody else', async () => {
    const started = await stella.send('desk', { name: 'mine' });
    const address = started.headers.get('Location') ?? '';
    await storedRun(started);

    expect((await stella.get(address)).status).toBe(200);
    expect((await max.get(address)).status).toBe(404);
    expect(await (await max.get('/delegated/runs')).text()).not.toContain(address);
  });
});

describe('a grant', () => {
  const grant = (who: string, until: number | null, endedAt: number | null = null): Promise<void> => {
    const id = mintId('grt', Date.now(), (length) => crypto.getRandomValues(new Uint8Array(length)));
    const by = { by: 'test', createdAt: 0, endedBy: null };
    return addGrant(env.DB, { id, flow: 'granted', who, reason: 'test', until, endedAt, ...by });
  };

  it('lets in whom it names, as long as it stands', async () => {
    const [ana, bob, cleo] = ['Ana', 'Bob', 'Cleo'].map((name) => visit(person(name)));
    await grant('ana@example.com', Date.now() + 60_000);
    await grant('bob@example.com', Date.now() - 1);
    await grant('cleo@example.com', null, Date.now());
    await grant('group:managers', null);

    const all = [ana, bob, cleo, max, stella].map(
      async (who) => (await who?.get('/delegated/granted'))?.status,
    );

    expect(await Promise.all(all)).toEqual([200, 404, 404, 200, 404]);
    expect(await (await max.get('/delegated')).text()).toContain('/delegated/granted');
  });
});

describe('a form that another site sends', () => {
  it.each([
    ['without the token of the session', async () => ({ _key: newFormKey(Date.now()) })],
    ['with the token of somebody else', () => keysOf(MAX)],
    ['with an invented token', async () => ({ ...(await keysOf()), _csrf: 'x'.repeat(43) })],
  ])('%s starts nothing', async (_, hidden) => {
    const before = await countRuns();

    const response = await stella.send('desk', { name: 'x' }, await hidden());

    expect([response.status, await countRuns()]).toEqual([403, before]);
  });
});

describe('the audit log', () => {
  const linesFor = async (target: string) => {
    const lines = env.DB.prepare('SELECT action, outcome, actor, detail FROM audit WHERE target = ?');
    return (await lines.bind(target).all()).results;
  };

  it('has the runs that people started by forms', async () => {
    const run = (await stella.send('hr/by-address', { name: 'x' })).headers
      .get('Location')
      ?.split('/')
      .at(-1);

    const [line] = await linesFor('hr/by-address');
    expect(line).toMatchObject({ action: 'runs.create', outcome: 'done' });
    expect(JSON.stringify(line)).toContain(run);
  });

  it('has the forms that were sent by somebody they are not for, and those that do not exist', async () => {
    for (const flow of ['managers', 'no-such-flow']) {
      expect((await stella.send(flow, { name: 'x' }, await keysOf())).status).toBe(404);

      expect(await linesFor(flow)).toMatchObject([{ action: 'runs.create', outcome: 'refused' }]);
    }
  });
});

describe('a form that is sent twice', () => {
  it('T1: starts one run', async () => {
    const hidden = await keysOf();

    const sent = await Promise.all([1, 2, 3].map(() => stella.send('desk', { name: 'once' }, hidden)));

    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(new Set(sent.map(({ headers }) => headers.get('Location'))).size).toBe(1);
  });

  it('is asked back for when it says something else the second time', async () => {
    const hidden = await keysOf();
    await stella.send('desk', { name: 'first' }, hidden);

    const second = await stella.send('desk', { name: 'second' }, hidden);
    const html = await second.text();

    expect(second.status).toBe(422);
    expect(html).toContain('with other values');
    expect(html).toContain('value="second"');
    expect(html).not.toContain(hidden['_key']);
  });

  it.each([
    ['over a day old', () => newFormKey(Date.now() - 25 * 3_600_000)],
    ['from the future', () => newFormKey(Date.now() + 3_600_000)],
    ['invented', () => 'frm_x\r\nSet-Cookie: a=b'],
  ])('is asked back for when its key is %s', async (_, key) => {
    const response = await stella.send('desk', { name: 'kept' }, { ...(await keysOf()), _key: key() });

    expect(response.status).toBe(422);
    expect(response.headers.get('Set-Cookie')).toBeNull();
    expect(await response.text()).toContain('value="kept"');
  });

  it('belongs to one person: the same page sent by another is another run', async () => {
    const key = newFormKey(Date.now());
    const send = async (who: typeof STELLA): Promise<string | null> => {
      const sent = await visit(who).send(
        'hr/by-domain',
        { name: 'x' },
        { ...(await keysOf(who)), _key: key },
      );
      return sent.headers.get('Location');
    };

    expect(await send(STELLA)).not.toBe(await send(MAX));
  });
});

describe('a form that brings more than it asks for', () => {
  it.each(['admin', 'name.admin', '__proto__', 'constructor', '_x'])('%s is refused', async (name) => {
    const before = await countRuns();

    const response = await stella.send('desk', { name: 'x', [name]: 'yes' });

    expect([response.status, await countRuns()]).toEqual([422, before]);
    expect(await response.text()).toContain('does not ask for');
  });

  it('is refused when it is too large', async () => {
    const response = await stella.send('desk', { name: 'x'.repeat(600_000) });

    expect(response.status).toBe(413);
  });

  it.each([
    ['JSON', '{"name":"x"}', 'application/json', 415],
    ['bytes that are no text', 'name=%FF', 'application/x-www-form-urlencoded', 400],
  ])('is refused when it is %s', async (_, body, type, status) => {
    expect((await stella.post('/delegated/desk', body, { 'Content-Type': type })).status).toBe(status);
  });
});

describe('text that looks like markup', () => {
  const isTame = (html: string): boolean => !/<img|<script/i.test(html);

  it('of a flow is text, in the list and on its form', async () => {
    for (const path of ['/delegated', '/delegated/evil']) {
      const html = await (await stella.get(path)).text();

      expect(html).toContain('&lt;img src=x');
      expect(isTame(html)).toBe(true);
    }
  });

  it('of an input is text, when the form comes back and in the result', async () => {
    const back = await (await stella.send('desk', { name: EVIL, more: EVIL })).text();
    const result = await resultOf(stella, await stella.send('desk', { name: EVIL }));

    for (const html of [back, result]) {
      expect(html).toContain('&lt;script&gt;');
      expect(isTame(html)).toBe(true);
    }
    expect(result).toContain('${{ 7*7 }}');
  });

  it('in a name of a person is text', async () => {
    const html = await (await visit({ ...STELLA, name: EVIL }).get('/delegated')).text();

    expect(isTame(html)).toBe(true);
  });

  it('gets no script to run, whatever is overlooked', async () => {
    const policy = (await stella.get('/delegated/desk')).headers.get('Content-Security-Policy') ?? '';

    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
  });
});

describe('a database that does not answer', () => {
  const lost = (): Promise<never> => Promise.reject(new Error('D1_ERROR: Network connection lost.'));
  const statement = { bind: () => statement, first: lost, all: lost, run: lost, raw: lost };
  const DB = { prepare: () => statement };

  it.each(['/delegated', '/delegated/desk', '/delegated/runs'])('gives people a page at %s', async (path) => {
    const response = await visit(STELLA, { DB }).get(path);

    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await response.text()).toContain('Nothing is lost');
  });
});
