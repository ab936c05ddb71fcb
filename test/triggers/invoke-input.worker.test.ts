import { beforeAll, describe, expect, it } from 'vitest';
import { echo, json, openDoors, problem, publish, setUp, tokenWith } from './doorway.ts';

beforeAll(async () => {
  await setUp();
  await publish({
    hello: `
trigger: { kind: api, auth: public, methods: [GET, POST] }
inputs:
  name: { type: string, default: world }
  times: { type: integer, optional: true }
  tags: { type: array, items: { type: string }, optional: true }
steps: [{ return: {} }]`,
    'in-query': `
trigger: { kind: api, queryToken: true, methods: [GET] }
inputs: { a: { type: string, optional: true } }
steps: [{ return: "\${{ request.query }}" }]`,
    reader: `
trigger: { kind: api, auth: public }
inputs: { a: { type: string, optional: true } }
steps: [{ return: "\${{ request.body }}" }]`,
    secretive: `
trigger: { kind: api, auth: public }
inputs: { password: { type: string, secret: true } }
steps: [{ return: "\${{ request.headers }}" }]`,
  });
});

const doors = () => openDoors({ respond: echo });

describe('what is sent to an endpoint', () => {
  it('is taken from a JSON object, a form or the query, turned into the declared types', async () => {
    const { ask } = doors();
    const inputs = { name: 'Ann', times: 2, tags: ['a', 'b'] };
    const form = new URLSearchParams([
      ['name', 'Ann'],
      ['times', '2'],
      ['tags', 'a'],
      ['tags', 'b'],
    ]);
    const multipart = new FormData();
    for (const [name, value] of form) multipart.append(name, value);

    const answers = await Promise.all([
      ask('/invoke/hello', json(inputs)),
      ask('/invoke/hello', { method: 'POST', body: form }),
      ask('/invoke/hello', { method: 'POST', body: multipart }),
      ask(`/invoke/hello?${form.toString()}`),
    ]);

    for (const answer of answers) expect(await answer.json()).toEqual(inputs);
  });

  it('may be nothing at all: then defaults count', async () => {
    const { ask } = doors();

    expect(await (await ask('/invoke/hello', { method: 'POST' })).json()).toEqual({ name: 'world' });
    expect(await (await ask('/invoke/hello')).json()).toEqual({ name: 'world' });
  });

  it('may call itself any kind of JSON', async () => {
    const init = json({ name: 'Ann' }, { 'Content-Type': 'application/vnd.acme+json; charset=UTF-8' });

    expect((await doors().ask('/invoke/hello', init)).status).toBe(200);
  });

  it.each(['text/plain', 'application/xml', '', 'application/json; charset=latin1'])(
    'is refused with 415 as "%s"',
    async (type) => {
      const init = { method: 'POST', headers: { 'Content-Type': type }, body: '{}' };

      expect(await problem(doors().ask('/invoke/hello', init))).toMatchObject({ status: 415 });
    },
  );

  it.each([
    ['broken JSON', 'application/json', '{"name":'],
    ['JSON nested a thousand deep', 'application/json', `{"name":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['JSON that is no UTF-8', 'application/json', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a form that is no UTF-8', 'application/x-www-form-urlencoded', 'name=%ff'],
    ['a multipart form without its boundary', 'multipart/form-data; boundary=x', 'name=Ann'],
  ])('is refused as malformed when it is %s', async (_, type, body) => {
    const init = { method: 'POST', headers: { 'Content-Type': type }, body };

    expect(await problem(doors().ask('/invoke/hello', init))).toMatchObject({
      status: 400,
      code: 'malformed',
    });
  });

  it('is refused as malformed when the query is no UTF-8', async () => {
    expect(await problem(doors().ask('/invoke/hello?name=%ff'))).toMatchObject({ code: 'malformed' });
  });

  it('is refused when it is no object, or holds a file', async () => {
    const { ask } = doors();
    const files = new FormData();
    files.append('name', new File(['x'], 'x.txt'));

    expect(await problem(ask('/invoke/hello', json([1])))).toMatchObject({
      status: 422,
      code: 'invalid_input',
    });
    expect(await problem(ask('/invoke/hello', { method: 'POST', body: files }))).toMatchObject({
      status: 422,
    });
  });

  it('is refused with every wrong field at once', async () => {
    const { ask, lanes } = doors();

    const refused = await problem(
      ask('/invoke/hello', json({ name: 1, times: 'x', tags: ['a', 2], nmae: 'A' })),
    );

    expect(refused).toMatchObject({ status: 422, code: 'invalid_input' });
    expect(refused.errors?.map(({ path }) => path).toSorted()).toEqual(['name', 'nmae', 'tags[1]', 'times']);
    expect(lanes.calls).toEqual([]);
  });

  it('does no harm with a member called __proto__', async () => {
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"__proto__":{"name":"x"}}',
    };

    const refused = await problem(doors().ask('/invoke/hello', init));

    expect(refused.errors).toEqual([expect.objectContaining({ path: '__proto__' })]);
    expect(Reflect.get({}, 'name')).toBeUndefined();
  });
});

describe('what a run keeps of its request', () => {
  it('holds no token, wherever it stood', async () => {
    const { ask, created } = doors();
    const token = await tokenWith(['invoke:in-query']);

    await ask(`/invoke/in-query?a=1&clientToken=${token}`, { headers: { Cookie: 'a=b' } });
    await ask('/invoke/reader', json({ a: '1', clientToken: token }, { Authorization: `Bearer ${token}` }));

    const [query, body] = created();
    expect(query).toMatchObject({ inputs: { a: '1' }, request: { method: 'GET', query: { a: '1' } } });
    expect(body).toMatchObject({ inputs: { a: '1' }, request: { body: { a: '1' }, rawBody: '{"a":"1"}' } });
    expect(JSON.stringify([query, body])).not.toContain(token);
    expect(JSON.stringify(query)).not.toContain('cookie');
  });

  it('has headers in lower case, and the body as it was sent', async () => {
    const { ask, created } = doors();

    await ask('/invoke/reader', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Trace': 'T1' },
      body: '{ "a": "1" }',
    });

    expect(created()[0]).toMatchObject({
      request: { headers: { 'x-trace': 'T1' }, rawBody: '{ "a": "1" }' },
    });
  });

  it('has no second copy of the inputs when no expression reads the request', async () => {
    const { ask, created } = doors();

    await ask('/invoke/hello', json({ name: 'Stella' }));

    expect(created()[0]?.['request']).toEqual({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      query: {},
    });
  });

  it('has neither body nor query when an input is secret', async () => {
    const { ask, created } = doors();

    await ask('/invoke/secretive?password=in-query', json({ password: 'in-body' }));

    expect(Object.keys(created()[0]?.['request'] ?? {})).toEqual(['method', 'headers']);
  });
});
