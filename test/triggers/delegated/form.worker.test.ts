/** Forms from end to end: every kind of question, sent as browsers send it, through the real lanes and back. */
import { beforeAll, describe, expect, it } from 'vitest';
import { publish, setUp } from '../doorway.ts';
import { resultOf, STELLA, storedRun, visit } from './people.ts';

/** A flow with one field that gives back what it got. */
const asks = (field: string): string => `
trigger: { kind: delegated, allow: ['group:service-desk'] }
inputs: { value: ${field} }
steps: [{ return: { got: "\${{ $string({ 'value': inputs.value }) }}" } }]
outputs: { got: { type: string } }
settings: { timezone: Europe/Berlin }`;

const KINDS: Readonly<Record<string, readonly [field: string, sent: object, got: unknown]>> = {
  text: ['{ type: string, maxLength: 20 }', { value: ' Ana ' }, 'Ana'],
  'long-text': ['{ type: string, widget: textarea }', { value: 'a\r\nb' }, 'a\nb'],
  secret: ['{ type: string, maxLength: 9 }', { value: 'x' }, 'x'],
  number: ['{ type: number, minimum: 0.5 }', { value: '1.5' }, 1.5],
  integer: ['{ type: integer }', { value: '-7' }, -7],
  ticked: ['{ type: boolean }', { value: 'on' }, true],
  unticked: ['{ type: boolean, default: true }', {}, false],
  'yes-or-no': ['{ type: boolean, optional: true }', { value: 'false' }, false],
  date: ['{ type: string, format: date }', { value: '2026-12-01' }, '2026-12-01'],
  time: ['{ type: string, format: time }', { value: '09:30' }, '09:30'],
  moment: [
    '{ type: string, format: date-time }',
    { value: '2026-07-01T09:30', 'value.zone': 'America/New_York' },
    '2026-07-01T09:30:00-04:00',
  ],
  email: ['{ type: string, format: email }', { value: 'ana@example.com' }, 'ana@example.com'],
  choice: ['{ type: string, enum: [guest, staff] }', { value: 'staff' }, 'staff'],
  'number-choice': ['{ type: integer, enum: [1, 2, 3, 4, 5, 6, 7] }', { value: '6' }, 6],
  choices: ['{ type: array, items: { type: string, enum: [a, b, c] } }', { value: ['a', 'c'] }, ['a', 'c']],
  lines: ['{ type: array, items: { type: integer } }', { value: '1\r\n\r\n 2 ' }, [1, 2]],
  group: [
    '{ type: object, properties: { city: { type: string }, zip: { type: integer, optional: true } } }',
    { 'value.city': 'Ulm', 'value.zip': '89073' },
    { city: 'Ulm', zip: 89073 },
  ],
  json: ['{ type: object }', { value: '{"a":[1]}' }, { a: [1] }],
  nothing: ["{ type: [string, 'null'] }", { value: '' }, null],
};

const stella = visit(STELLA);

beforeAll(async () => {
  await setUp();
  await publish(Object.fromEntries(Object.entries(KINDS).map(([name, [field]]) => [name, asks(field)])));
  await publish({
    who: `
trigger: { kind: delegated, allow: ['group:service-desk'] }
steps: [{ return: { who: "\${{ caller.name & ' of ' & request.person.groups[0] }}" } }]
outputs: { who: { type: string } }`,
    private: `
trigger: { kind: delegated, allow: ['group:service-desk'] }
inputs: { value: { type: string } }
steps: [{ return: { got: "\${{ inputs.value }}" } }]
outputs: { got: { type: string } }
settings: { history: none }`,
    strict: `
title: Onboard
trigger: { kind: delegated, allow: ['group:service-desk'], confirm: This costs a licence. }
inputs:
  name: { type: string, title: Full name, minLength: 2 }
  login: { type: string, pattern: '^[a-z]+$', description: Small letters only. }
  days: { type: integer, minimum: 1, maximum: 90, default: 30 }
  mails: { type: array, items: { type: string, format: email }, optional: true }
  pin: { type: string, secret: true }
  home: { type: object, optional: true, properties: { city: { type: string }, zip: { type: string } } }
steps: [{ return: { done: "\${{ inputs.name }}" } }]
outputs: { done: { type: string, title: Who } }`,
  });
});

const RIGHT = { name: 'Ana Ruiz', login: 'ana', pin: 'tops3cret', _confirmed: 'on' };

describe('a question', () => {
  it.each(Object.entries(KINDS))('of the kind %s arrives as declared', async (flow, [, sent, got]) => {
    const filled = sent as Record<string, string>;
    const started = await stella.send(flow, filled);

    expect(started.status, await started.clone().text()).toBe(303);
    const { detail } = await storedRun(started);
    expect(detail).toMatchObject({ inputs: { value: got } });
  });

  it('asks for a wall time in the zone of the flow', async () => {
    const html = await (await stella.get('/delegated/moment')).text();

    expect(html).toMatch(/<input[^>]* name="value.zone" value="Europe\/Berlin"/);
  });

  it('does not know every zone', async () => {
    const back = await stella.send('moment', { value: '2026-07-01T09:30', 'value.zone': 'Mars/Base' });

    expect(back.status).toBe(422);
    expect(await back.text()).toContain('unknown time zone');
  });
});

describe('a form that is filled in wrongly', () => {
  const wrong = {
    name: 'A',
    login: 'Ana<b>',
    days: '91',
    mails: 'a@example.com\r\nnobody',
    pin: 'tops3cret',
    'home.city': 'Ulm',
  };

  it('comes back with all errors, each at its question and on top', async () => {
    const back = await stella.send('strict', wrong);
    const html = await back.text();

    expect(back.status).toBe(422);
    expect(html).toContain('6 things are not right');
    for (const error of [
      '“Full name” must have at least 2 characters.',
      '“Login” does not have the form that is asked for: Small letters only.',
      '“Days” must be at most 90.',
      '“Mails”, entry 2, must be an email address.',
      'Fill in “Zip”.',
      'Tick that it shall go ahead.',
    ]) {
      expect(html.split(error)).toHaveLength(3);
    }
    expect(html).toContain('aria-describedby="f-login-help f-login-error" aria-invalid="true"');
  });

  it('keeps what was typed, but no secret', async () => {
    const html = await (await stella.send('strict', wrong)).text();

    expect(html).toContain('value="Ana&lt;b&gt;"');
    expect(html).toContain('>\na@example.com\r\nnobody</textarea>');
    expect(html).not.toContain('tops3cret');
  });

  it('names what is missing', async () => {
    const html = await (await stella.send('strict', { _confirmed: 'on' })).text();

    for (const title of ['Full name', 'Login', 'Pin']) expect(html).toContain(`Fill in “${title}”.`);
  });

  it('starts nothing', async () => {
    await stella.send('strict', wrong);

    expect(await (await stella.get('/delegated/runs')).text()).not.toContain('Onboard');
  });
});

describe('a form that is filled in well', () => {
  it('starts a run, and shows its outputs', async () => {
    const started = await stella.send('strict', RIGHT);
    const html = await resultOf(stella, started);

    expect([started.status, started.headers.get('Location')]).toEqual([
      303,
      expect.stringMatching(/^\/delegated\/runs\/run_/),
    ]);
    expect(html).toMatch(/<h2 id="status">Done<\/h2>[\s\S]*<dt>Who<\/dt>\s*<dd><span class="text">Ana Ruiz/);
    expect(html).not.toContain('tops3cret');
  });

  it('is in the history with who sent it, in which groups, from where, and without secrets', async () => {
    const { caller, detail } = await storedRun(await stella.send('strict', RIGHT));

    expect(caller).toEqual({
      kind: 'person',
      id: 'stella@example.com',
      name: 'Stella',
      subject: STELLA.subject,
    });
    expect(detail).toMatchObject({
      origin: { request: { person: { subject: STELLA.subject, groups: ['service-desk'] }, ip: null } },
      inputs: { name: 'Ana Ruiz', days: 30 },
    });
    expect(JSON.stringify(detail)).not.toContain('tops3cret');
  });

  it('may have a group left empty: the browser does not ask for it, and the run is without it', async () => {
    const html = await (await stella.get('/delegated/strict')).text();
    const { detail } = await storedRun(await stella.send('strict', RIGHT));

    expect(html).toMatch(/<input[^>]* name="name" required/);
    expect(html).not.toMatch(/name="home.city" required/);
    expect(detail).not.toHaveProperty('inputs.home');
  });

  it('lets the flow read who sent it', async () => {
    expect(await resultOf(stella, await stella.send('who', {}))).toContain('Stella of service-desk');
  });

  it('shows no values of a flow that keeps none', async () => {
    const html = await resultOf(stella, await stella.send('private', { value: 'unheard-of' }));

    expect(html).toContain('This flow keeps no values');
    expect(html).not.toContain('unheard-of');
  });

  it('is among my runs', async () => {
    await storedRun(await stella.send('strict', RIGHT));

    expect(await (await stella.get('/delegated/runs')).text()).toContain('Onboard</a>');
  });
});

describe('a form is small', () => {
  it.each(['strict', 'moment', 'choices'])('%s: under 20 kB, without script', async (flow) => {
    const html = await (await stella.get(`/delegated/${flow}`)).text();

    expect(html.length).toBeLessThan(20_000);
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|style=/i);
  });
});
