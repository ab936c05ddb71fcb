import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../src/language/parse.ts';
import { catalogue, parse, problemsOf, shown, withSteps } from './catalogue.ts';

const flowOf = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return parsed.flow;
};

describe('a flow that is read', () => {
  it('has every default filled in', () => {
    const flow = flowOf('trigger: { kind: api }\nsteps:\n  - card: test.greet\n    with: { name: Ana }');

    expect(flow).toEqual({
      name: 'test',
      trigger: {
        kind: 'api',
        auth: 'token',
        methods: ['POST'],
        reply: 'wait',
        waitMs: 30_000,
        tokenInQuery: false,
      },
      inputs: {},
      steps: [
        { kind: 'card', card: 'test.greet', with: { name: 'Ana' }, timeoutMs: 30_000, onError: 'fail' },
      ],
      settings: { history: 'full', timeoutMs: 2_592_000_000, timezone: 'UTC' },
    });
  });

  it('keeps what an event trigger asks for', () => {
    const written =
      '{ kind: event, source: okta, types: [user.*], where: "${{ event.data.x = 1 }}", settle: 10m }';

    expect(parse(`trigger: ${written}\nsteps: [{ stop: done }]`)).toMatchObject({
      ok: true,
      flow: {
        trigger: {
          kind: 'event',
          source: 'okta',
          types: ['user.*'],
          where: ' event.data.x = 1 ',
          settleMs: 600_000,
        },
      },
      warnings: [],
    });
  });

  it('names who may run a delegated flow, by address, group or domain', () => {
    const allow = ['Ana@example.com', 'group:Help desk', 'domain:example.com'];
    const written = `trigger: { kind: delegated, allow: ${JSON.stringify(allow)}, confirm: Sure? }`;
    const parsed = parse(`${written}\nsteps: [{ stop: done }]`);

    const trigger = { kind: 'delegated', allow, confirm: 'Sure?' };
    expect(parsed).toMatchObject({ ok: true, flow: { trigger }, warnings: [] });
  });

  it.each([
    'ana',
    'group:',
    'groups:x',
    'domain:com',
    'domain:*.example.com',
    '@example.com',
    'a@b@example.com',
  ])('refuses %s as a name of somebody', (who) => {
    const parsed = parse(`trigger: { kind: delegated, allow: ["${who}"] }\nsteps: [{ stop: done }]`);

    const message = expect.stringContaining('must be an address, group:<name> or domain:<host>');
    expect(parsed).toMatchObject({ ok: false, problems: [{ path: 'trigger.allow[0]', message }] });
  });

  it('leaves the address of people’s own runs to them', () => {
    const text = 'trigger: { kind: delegated, allow: ["group:x"] }\nsteps: [{ stop: done }]';

    expect(parseFlow('runs', text, catalogue)).toMatchObject({ ok: false, problems: [{ code: 'reserved' }] });
    expect(parseFlow('hr/runs', text, catalogue)).toMatchObject({ ok: true });
  });

  it('has one shape for every kind of step', () => {
    const steps = `
      - { set: { a: 1 } }
      - if: \${{ true }}
        then: []
        elseIf: [{ if: "\${{ false }}", then: [] }]
        else: []
      - { try: [], catch: [] }
      - { forEach: [1], do: [], onError: { tolerate: 5% }, concurrency: 20 }
      - { while: "\${{ false }}", do: [] }
      - { parallel: { left: [] } }
      - { wait: { for: 3d } }
      - { respond: { status: 204 } }
      - { fail: { message: No } }`;

    expect(flowOf(withSteps(steps)).steps).toEqual([
      { kind: 'set', set: { a: 1 } },
      {
        kind: 'if',
        branches: [
          { if: ' true ', then: [] },
          { if: ' false ', then: [] },
        ],
        else: [],
      },
      { kind: 'try', try: [], catch: [] },
      { kind: 'forEach', items: [1], concurrency: 20, onError: { share: 0.05 }, do: [] },
      { kind: 'while', while: ' false ', limit: 1000, do: [] },
      { kind: 'parallel', branches: { left: [] }, onError: 'fail' },
      { kind: 'wait', wait: { for: '3d' } },
      { kind: 'respond', respond: { status: 204 } },
      { kind: 'fail', value: { message: 'No' } },
    ]);
  });

  it('reads what retry leaves out, and statuses as text', () => {
    const [step] = flowOf(
      withSteps('  - { card: test.send, with: { to: ana }, retry: { on: [429, 5xx] } }'),
    ).steps;

    expect(step).toMatchObject({ retry: { attempts: 3, delayMs: 1000, backoff: 2, on: ['429', '5xx'] } });
  });
});

describe('a flow with faults', () => {
  it('is told all of them at once, in the order of the text', () => {
    const text = `titel: Hi
trigger: { kind: apii }
inputs:
  age: { type: integr }
  name: { type: string, required: true }
steps:
  - car: test.greet
  - card: test.gret
  - set: { x: "\${{ inputs.nam }}" }
settings: { history: fulll }
`;

    expect(shown(text)).toEqual([
      '1:1 "titel" is not known here; did you mean "title"?',
      '2:18 "kind" must be one of manual, helper, schedule, event, api, delegated; did you mean "api"?',
      '4:16 "type" must be one of string, number, integer, boolean, object, array, null, or a list of them',
      '5:25 "required" is not used in fields: a field is required unless it has optional: true or a default',
      '7:5 A step has exactly one of these keys: card, call, set, if, try, forEach, while, parallel, wait, respond, ' +
        'yield, next, return, stop, fail; did you mean "card"?',
      '8:11 There is no card "test.gret"; did you mean "test.greet"?',
      '9:20 "inputs.nam" is not declared under inputs; did you mean "name"?',
      '10:22 "history" must be one of full, masked, none; did you mean "full"?',
    ]);
  });

  it.each([
    ['', '1:1 A flow is an object with at least "trigger" and "steps"'],
    ['steps: [{ stop: x }]', '1:1 "trigger" is required'],
    ['trigger: { kind: manual }\nsteps: []', '2:8 "steps" must have at least one step'],
    [
      'trigger: { kind: manual }\nsteps: { stop: x }',
      '2:8 "steps" must be a list of steps: lines that begin with "- "',
    ],
    ['trigger: { kind: api, wait: 2m }\nsteps: [{ stop: x }]', '1:29 "wait" must be at most 60s'],
    [
      'trigger: { kind: api, auth: oauth }\nsteps: [{ stop: x }]',
      '1:29 "auth: oauth" is not available in this version: use token, or public',
    ],
    [
      'trigger: { kind: schedule, cron: "0 0 9 * * 1" }\nsteps: [{ stop: x }]',
      /^1:34 "cron" must be five fields, minute hour day month weekday, such as "0 9 \* \* 1-5" \(/,
    ],
    [
      'trigger: { kind: schedule }\nsteps: [{ stop: x }]',
      '1:10 "trigger" must have one of cron, every and at',
    ],
    [
      'trigger: { kind: schedule, every: { days: 1, at: 9 } }\nsteps: [{ stop: x }]',
      '1:35 "every" is not right: "at" must be a time of day such as "09:00", in quotes, or a list of them',
    ],
    [
      'trigger: { kind: schedule, every: { minutes: 0 } }\nsteps: [{ stop: x }]',
      '1:46 "minutes" must be a whole number from 1 to 1440',
    ],
    [
      'trigger: { kind: schedule, every: { minutes: 5, days: 1 } }\nsteps: [{ stop: x }]',
      /^1:35 "every" has more than one unit: it must be \{ minutes: 15 \}/,
    ],
    [
      'trigger: { kind: schedule, every: { month: 1 } }\nsteps: [{ stop: x }]',
      /^1:35 "every" must be \{ minutes: 15 \}/,
    ],
    [
      'trigger: { kind: schedule, every: { minutes: 5, at: "09:00" } }\nsteps: [{ stop: x }]',
      '1:49 "at" is not known here; known are minutes, between',
    ],
    [
      'trigger: { kind: schedule, cron: "0 0 31 2 *" }\nsteps: [{ stop: x }]',
      '1:34 This never fires: no day has such a time',
    ],
    [
      'trigger: { kind: schedule, cron: "0 9 * * *", start: 2026-12-01, end: 2026-11-01 }\nsteps: [{ stop: x }]',
      '1:71 "end" (2026-11-01) is before "start" (2026-12-01)',
    ],
    [
      'trigger: { kind: schedule, at: 2026-12-24 }\nsteps: [{ stop: x }]',
      '1:32 "at" must be one time of one day in whole minutes, such as 2026-12-24T18:00',
    ],
    [
      'trigger: { kind: schedule, cron: "0 9 * * *", end: 9999-12-31 }\nsteps: [{ stop: x }]',
      '1:52 "end" must be in the years 1970 to 2999',
    ],
    [
      'trigger: { kind: schedule, cron: "0 9 * * *", spread: 30s }\nsteps: [{ stop: x }]',
      '1:55 "spread" must be whole minutes, such as 5m',
    ],
    [
      'trigger: { kind: schedule, every: { days: 1 }, timezone: Europe/Berln }\nsteps: [{ stop: x }]',
      '1:58 "timezone" must be a time zone that exists, such as Europe/Berlin or UTC',
    ],
    [
      'trigger: { kind: event, source: okta, types: ["a*b"] }\nsteps: [{ stop: x }]',
      '1:47 "types[0]" must be a type of event, exact or with * at the end',
    ],
  ])('%j is refused', (text, problem) => {
    const errors = problemsOf(text).filter(({ severity }) => severity === 'error');

    const lines = errors.map(({ line, column, message }) => `${line}:${column} ${message}`);

    expect(lines).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  it.each([
    ['- { set: {}, stop: x }', '4:14 This step is both "set" and "stop": make two steps of it'],
    ['- just text', '4:3 A step is an object with one key that says what it is'],
    ['- { wait: { answer: {} } }', '4:13 Waiting for an answer is not available in this version'],
    [
      '- { forEach: { card: test.send }, do: [] }',
      '4:16 forEach over a card is not available in this version: page with while',
    ],
    [
      '- { card: table.find }',
      '4:11 The card "table.find" is not available in this version: tables come later',
    ],
    ['- { forEach: 5, do: [] }', /^4:14 "forEach" must be a list, or one expression that gives one/],
    ['- { forEach: [1], do: [], concurrency: 500 }', '4:40 "concurrency" must be at most 200'],
    [
      '- { forEach: [1], do: [], onError: { tolerate: 1.5 } }',
      '4:36 "onError" must be fail, continue or { tolerate: 1% }',
    ],
    ['- { while: "${{ true }}" }', '4:3 "do" is required'],
    [
      '- { when: yes, stop: x }',
      '4:11 "when" must be one condition between braces, such as ${{ inputs.age > 17 }}',
    ],
    ['- { wait: { for: 3 } }', /^4:18 "for" must be a duration such as 30s/],
    ['- { wait: { until: 2026-02-30 } }', /^4:20 "until" must be a date or a time that exists/],
    ['- { respond: { status: 99 } }', '4:24 "status" must be a status of HTTP, 200 to 599'],
    ['- { fail: { code: x } }', '4:5 "fail" needs a message: what happened, and what to do about it'],
    ['- { fail: { mesage: x, message: y } }', '4:13 "mesage" is not known here; did you mean "message"?'],
    [
      '- { id: my-step, stop: x }',
      '4:9 "id" must be a name: a letter, then letters, digits and _; labels go into title',
    ],
    [
      '- { card: test.send, with: { to: x }, retry: { on: [sometimes!] } }',
      '4:53 "on[0]" must be a status such as 429, a class such as 5xx, or the code of an error such as timeout',
    ],
    ['- { card: test.send, with: { to: x }, timeout: 5 }', /^4:48 "timeout" must be a duration/],
    [
      '- { set: { my-var: 1 } }',
      '4:12 "my-var" must be a name: a letter, then letters, digits and _; labels go into title',
    ],
  ])('the step %s is refused', (step, problem) => {
    const [first] = shown(withSteps(step));

    expect(first).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });

  it('is told about steps inside of a step that cannot be read', () => {
    const text = withSteps('  - while: nonsense\n    do:\n      - { stopp: x }');

    expect(shown(text)).toEqual([
      '4:12 "while" must be one condition between braces, such as ${{ inputs.age > 17 }}',
      expect.stringMatching(/^6:9 A step has exactly one of these keys: .*; did you mean "stop"\?$/),
    ]);
  });

  it('may not nest its blocks deeper than 20', () => {
    const nested = (depth: number): string =>
      depth === 0 ? '[{ stop: x }]' : `[{ try: ${nested(depth - 1)} }]`;

    expect(shown(withSteps(`  ${nested(20)}`))).toEqual([]);
    expect(shown(withSteps(`  ${nested(21)}`))).toEqual([
      expect.stringMatching(
        /^4:\d+ Blocks are nested deeper than 20: move the inner ones into a flow of their own$/,
      ),
    ]);
  });
});
