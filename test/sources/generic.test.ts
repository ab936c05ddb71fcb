import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { receive } from '../../src/sources/receive.ts';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { evaluateIn } from '../../src/triggers/event/evaluate-in.ts';
import { eventsOf, NOW, post, type Posted } from './posting.ts';
import { answering, makeKey, signed } from './transmitter.ts';

const generic = (settings: JsonObject, more: Partial<Posted> = {}) =>
  post({
    kind: 'generic',
    headers: { Authorization: 's' },
    evaluate: (expression, value) => evaluateIn(expression, value, NOW),
    ...more,
    settings,
  });

const problemsOf = (settings: JsonObject): readonly string[] =>
  SOURCE_KINDS['generic']?.settings
    .safeParse(settings)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('where a generic source finds things', () => {
  const body = JSON.stringify({
    meta: { uuid: 7, at: 1_770_110_400 },
    kind: 'terminated',
    people: [
      { role: 'manager', mail: 'ada@x' },
      { role: 'worker', mail: 'lee@x' },
    ],
  });

  it('is said by expressions', async () => {
    const settings = {
      id: 'meta.uuid',
      type: "'hr.' & kind",
      time: 'meta.at',
      subject: "people[role='worker'].mail",
    };

    expect(eventsOf(await generic(settings, { body }))).toMatchObject([
      { id: '7', type: 'hr.terminated', time: 1_770_110_400_000, subject: 'lee@x', raw: body },
    ]);
  });

  it('may be headers', async () => {
    const headers = { Authorization: 's', 'X-Id': 'h-1', 'X-Topic': 'orders' };
    const settings = { id: { header: 'X-Id' }, type: { header: 'X-Topic' } };

    expect(eventsOf(await generic(settings, { body, headers }))).toMatchObject([
      { id: 'h-1', type: 'orders' },
    ]);
  });

  it('may be left out', async () => {
    expect(eventsOf(await generic({}, { body }))).toMatchObject([
      { id: null, type: 'received', time: null, subject: null },
    ]);
  });

  it('is a fault of the event alone where the type is missing', async () => {
    const settings = { body: 'array', type: 'kind' };
    const found = eventsOf(await generic(settings, { body: '[{"kind":"a"},{"sort":"b"}]' }));

    expect(found).toMatchObject([
      { type: 'a' },
      { type: 'invalid', raw: '{"sort":"b"}', fault: 'It has no type at ${{ kind }}.' },
    ]);
  });

  it('is a fault of the event alone where an expression fails', async () => {
    const settings = { body: 'array', subject: '$number(name)' };
    const [good, bad] = eventsOf(await generic(settings, { body: '[{"name":"1"},{"name":"one"}]' }));

    expect(good).toMatchObject({ type: 'received', subject: '1' });
    expect(bad).toMatchObject({ type: 'invalid', raw: '{"name":"one"}' });
    expect(bad?.fault).toMatch(/cannot be read: ./);
  });
});

describe('how a generic source knows its sender', () => {
  it('lets everybody in only when somebody asked for it', async () => {
    const none = { auth: { scheme: 'none' } };

    expect(await generic(none, { headers: {}, secrets: [], body: '{}' })).toMatchObject({
      outcome: 'events',
    });
    expect(await generic({}, { headers: {}, body: '{}' })).toMatchObject({ reason: 'no_signature' });
  });

  it.each([
    ['another user', `Basic ${btoa('eve:s')}`],
    ['another password', `Basic ${btoa('ana:t')}`],
    ['no colon', `Basic ${btoa('anas')}`],
    ['no base64', 'Basic *'],
    ['another scheme', 'Bearer s'],
  ])('refuses basic authentication with %s', async (_, authorization) => {
    const settings = { auth: { scheme: 'basic', username: 'ana' } };

    expect(await generic(settings, { headers: { Authorization: authorization }, body: '{}' })).toMatchObject({
      reason: 'bad_signature',
      response: { status: 401 },
    });
    expect(
      await generic(settings, { headers: { Authorization: `basic ${btoa('ana:s')}` }, body: '{}' }),
    ).toMatchObject({ outcome: 'events' });
  });

  it.each(['sha1', 'sha256', 'sha512'])('verifies an HMAC with %s', async (algorithm) => {
    const settings = { auth: { scheme: 'hmac', header: 'X-Sig', algorithm } };
    const signature = createHmac(algorithm, 's').update('{}').digest('hex');

    expect(await generic(settings, { headers: { 'X-Sig': signature }, body: '{}' })).toMatchObject({
      outcome: 'events',
    });
    expect(await generic(settings, { headers: { 'X-Sig': signature }, body: '{ }' })).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it('verifies tokens by a key set, and needs no secret for it', async () => {
    const key = await makeKey('k1');
    const ports = answering(() => JSON.parse(JSON.stringify({ keys: [key.jwk] })));
    const auth = {
      scheme: 'jwt',
      jwksUrl: 'https://idp.example.com/generic',
      issuer: 'https://idp.example.com',
      audience: 'sluice',
    };
    const source = { name: 'source', kind: 'generic', settings: { auth }, secrets: [] };
    const sendAs = async (aud: string) => {
      const token = await signed({ iss: auth.issuer, aud, exp: NOW / 1_000 + 60 }, key, { typ: 'JWT' });
      const headers = new Headers({ Authorization: `Bearer ${token}` });
      const url = new URL('https://sluice.example.com/events/source');
      const body = new Uint8Array(Buffer.from('{}'));
      return receive(source, { method: 'POST', url, headers, body, now: NOW }, ports);
    };

    expect(await sendAs('sluice')).toMatchObject({ outcome: 'events' });
    expect(await sendAs('others')).toMatchObject({ outcome: 'refused', response: { status: 401 } });
  });
});

describe('how a generic source is introduced', () => {
  it('may echo a parameter of the address', async () => {
    const settings = { challenge: { in: 'query', name: 'challenge' } };

    expect(await generic(settings, { method: 'GET', query: '?challenge=a%20b', headers: {} })).toMatchObject({
      outcome: 'answered',
      response: { status: 200, body: 'a b' },
    });
    expect(await generic(settings, { method: 'GET', headers: {} })).toMatchObject({ reason: 'method' });
  });

  it('may echo a header in JSON', async () => {
    const settings = { challenge: { in: 'header', name: 'X-Challenge', member: 'answer' } };

    expect(await generic(settings, { method: 'GET', headers: { 'X-Challenge': 'c' } })).toMatchObject({
      response: { body: '{"answer":"c"}' },
    });
  });

  it('echoes a member of a body to those alone who prove who they are', async () => {
    const settings = { challenge: { in: 'body', name: 'hello.token' } };
    const body = '{"hello":{"token":"t"}}';

    expect(await generic(settings, { body })).toMatchObject({ outcome: 'answered', response: { body: 't' } });
    expect(await generic(settings, { body, headers: {} })).toMatchObject({ reason: 'no_signature' });
    expect(await generic(settings, { body: '{"hello":{}}' })).toMatchObject({ outcome: 'events' });
  });
});

describe('settings of a generic source that contradict themselves', () => {
  const hmac = { scheme: 'hmac', header: 'X-Sig' };

  it.each([
    ['a body that is not signed', { auth: { ...hmac, template: 'v0' } }, 'auth.template'],
    ['a time that is not signed', { auth: { ...hmac, time: { header: 'X-Time' } } }, 'auth.time'],
    ['a time that comes nowhere', { auth: { ...hmac, template: '{timestamp}.{body}' } }, 'auth.time'],
    ['an id that comes nowhere', { auth: { ...hmac, template: '{id}.{body}' } }, 'auth.idHeader'],
    ['a header that is none', { auth: { scheme: 'header', header: 'X Sig' } }, 'auth.header'],
    ['a user with a colon', { auth: { scheme: 'basic', username: 'a:b' } }, 'auth.username'],
    [
      'keys without https',
      { auth: { scheme: 'jwt', jwksUrl: 'http://idp.example.com/k', issuer: 'i', audience: 'a' } },
      'auth.jwksUrl',
    ],
    ['one id for all events', { body: 'ndjson', id: { header: 'X-Id' } }, 'id'],
    ['a list in an object', { list: 'data.events' }, 'list'],
    ['a slip of the pen', { boby: 'array' }, ''],
  ])('are refused: %s', (_, settings, path) => {
    const problems = problemsOf(settings);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${path}: .`));
  });

  it('may be none at all: then a secret in Authorization is asked for', () => {
    expect(problemsOf({})).toEqual([]);
    expect(SOURCE_KINDS['generic']?.settings.parse({})).toMatchObject({
      auth: { scheme: 'header', header: 'Authorization' },
    });
  });

  it('tell which expressions are in them, to be checked when they are saved', () => {
    const settings = SOURCE_KINDS['generic']?.settings.parse({
      id: 'a.b',
      type: { header: 'X-Type' },
      time: 'c',
    });

    expect(SOURCE_KINDS['generic']?.expressions?.(settings)).toEqual([
      { path: 'id', expression: 'a.b' },
      { path: 'time', expression: 'c' },
    ]);
  });
});
