import { describe, expect, it } from 'vitest';
import { problemsOf, shown, withSteps } from './catalogue.ts';

const messages = (steps: string): readonly string[] =>
  problemsOf(withSteps(steps)).map(({ message }) => message);

const UNSEEN =
  ': a step sees the steps before it in its own and the surrounding blocks, and of a finished block only the value';

describe('what an expression can refer to', () => {
  it('is every step before it, in its own block and those around', () => {
    const steps = `
  - { id: first, card: test.greet, with: { name: Ana } }
  - if: \${{ steps.first.text = 'x' }}
    then:
      - { id: inner, card: test.greet, with: { name: "\${{ steps.first.parts.first }}" } }
      - { set: { a: "\${{ steps.inner.text }}", b: "\${{ steps.first.text }}" } }`;

    expect(shown(withSteps(steps))).toEqual([]);
  });

  it('is no step that comes later', () => {
    const steps = `  - set: { a: "\${{ steps.later.text }}" }
  - { id: later, card: test.greet, with: { name: Ana } }`;

    expect(shown(withSteps(steps))).toEqual([`4:20 Step "later" (line 5) cannot be read here${UNSEEN}`]);
  });

  it('is neither of two steps that each want the other first', () => {
    const steps = `  - { id: left, card: test.send, with: { to: "\${{ steps.right.status }}" } }
  - { id: right, card: test.send, with: { to: "\${{ steps.left.status }}" } }`;

    expect(shown(withSteps(steps))).toEqual([`4:51 Step "right" (line 5) cannot be read here${UNSEEN}`]);
  });

  it('is not the step itself', () => {
    expect(
      shown(withSteps('  - { id: me, card: test.send, with: { to: "${{ steps.me.status }}" } }')),
    ).toEqual(['4:49 Step "me" cannot read its own value: it has none yet']);
  });

  it.each([
    ['a finished block', 'if: "${{ true }}"\n    then: [{ id: inner, stop: x }]'],
    ['a loop', 'forEach: [1]\n    do: [{ id: inner, stop: x }]'],
    ['a branch of parallel', 'parallel: { a: [{ id: inner, yield: x }] }'],
  ])('is no step inside of %s', (_, block) => {
    const [first] = messages(`  - ${block}\n  - set: { a: "\${{ steps.inner }}" }`);

    expect(first).toMatch(/^Step "inner" \(line \d\) cannot be read here/);
  });

  it('is in catch and finally the steps of their try, and in catch the error', () => {
    const steps = `
  - try: [{ id: made, card: test.send, with: { to: ana } }]
    catch: [{ set: { a: "\${{ steps.made.status }}", b: "\${{ error.message }}" } }]
    finally: [{ set: { a: "\${{ steps.made.status }}" } }]`;

    expect(shown(withSteps(steps))).toEqual([]);
  });

  it.each([
    ['steps.a.texts', '"steps.a" has no "texts"; did you mean "text"?'],
    ['steps.a.parts.last', '"steps.a.parts" has no "last"; it has first'],
    ['steps.loop.count', '"steps.loop" has no "count"; did you mean "counts"?'],
    ['steps.loop.failures.message', '"steps.loop.failures" has no "message"; it has index, item, error'],
    ['steps.both.results.rigth', '"steps.both.results" has no "rigth"; did you mean "right"?'],
    ['steps.rounds.round', '"steps.rounds" has no "round"; did you mean "rounds"?'],
    ['steps.stored.x', '"steps.stored" has no members, so "steps.stored.x" never gives anything'],
    ['steps.lop', 'There is no step "lop"; did you mean "loop"?'],
    ['steps.b', 'There is no step "b"'],
    ['errors.a', 'Step "a" leaves no error behind: only cards and calls with onError: continue do'],
    ['inputs.nme', '"inputs.nme" is not declared under inputs; did you mean "name"?'],
    ['vars.seen', '"vars.seen" is never set'],
    ['item', '"item" is there inside a forEach only'],
    ['index', '"index" is there inside a loop only'],
    ['items.loop', '"items" is there inside a forEach that has an id'],
    ['error.code', '"error" is there in catch only'],
    ['secrets.key', '"secrets" is there in the "with" of a card only'],
    ['links.approval', '"links" is not available in this version, as waiting for answers is not'],
    ['event.data', '"event" is there in flows with a trigger of kind event only'],
    ['request.body', '"request" is there in flows with a trigger of kind api or delegated only'],
    ['schedule.at', '"schedule" is there in flows with a trigger of kind schedule only'],
    ['run.number', /^"run" has no "number"/],
    ['caller.email', '"caller" has no "email"; it has kind, id, name, subject'],
    ['name', '"name" is no name of the language; write inputs.name'],
    ['a', '"a" is no name of the language; write steps.a'],
    ['input.name', '"input" is no name of the language; did you mean "inputs"?'],
  ])('%s is refused', (expression, problem) => {
    const steps = `
  - { id: a, card: test.greet, with: { name: Ana } }
  - { id: loop, forEach: [1], do: [] }
  - { id: both, parallel: { left: [], right: [] } }
  - { id: rounds, while: "\${{ false }}", do: [] }
  - { id: stored, set: { x: 1 } }
  - set: { y: "\${{ ${expression} }}" }`;

    expect(messages(steps)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  it.each([
    ['item', 'forEach: [1]'],
    ['index', 'forEach: [1]'],
    ['items.outer', 'forEach: [1]'],
    ['index', 'while: "${{ false }}"'],
  ])('%s is there within %s', (expression, loop) => {
    expect(messages(`  - id: outer\n    ${loop}\n    do: [{ set: { x: "\${{ ${expression} }}" } }]`)).toEqual(
      [],
    );
  });

  it('is a secret where a card is given it', () => {
    expect(messages('  - { card: test.send, with: { to: "${{ secrets.address }}" } }')).toEqual([]);
  });

  it('is the event where one starts the flow, in its filter too', () => {
    const text =
      'trigger: { kind: event, source: okta, where: "${{ event.data.x = 1 and vars.x = 2 }}" }\n' +
      'steps: [{ set: { x: "${{ event.data.x }}" } }]';

    const errors = problemsOf(text).filter(({ severity }) => severity === 'error');

    expect(errors).toMatchObject([
      { path: 'trigger.where', line: 1, message: expect.stringContaining('vars.x') },
    ]);
  });

  it('is the error of a card that is passed over', () => {
    const steps = `  - { id: a, card: test.send, with: { to: x }, onError: continue }
  - set: { y: "\${{ errors.a.message }}" }`;

    expect(messages(steps)).toEqual([]);
  });

  it('shows the place of a mistake inside an expression', () => {
    const steps = `  - set:
      text: Dear \${{ inputs.name }}, you are \${{ inputs.nam & '!' }}`;

    expect(shown(withSteps(steps))).toEqual([expect.stringMatching(/^5:50 "inputs\.nam" is not declared/)]);
  });

  it('must be readable as JSONata', () => {
    const [problem] = problemsOf(withSteps('  - set: { x: "${{ inputs.name = }}" }'));

    expect(problem).toMatchObject({ severity: 'error', path: 'steps[0].set.x', line: 4 });
  });

  it('is told when its braces never close', () => {
    expect(shown(withSteps('  - set: { x: "now ${{ inputs.name" }'))).toEqual([
      expect.stringMatching(/^4:20 This \$\{\{ is never closed/),
    ]);
  });
});

describe('variables', () => {
  it('are read after they were set, also by a block before', () => {
    const steps = `
  - { if: "\${{ true }}", then: [{ set: { a: 1 } }] }
  - set: { b: "\${{ vars.a }}" }`;

    expect(messages(steps)).toEqual([]);
  });

  it('of an item are gone with it', () => {
    const steps = `
  - { forEach: [1], do: [{ set: { mine: 1 } }] }
  - set: { b: "\${{ vars.mine }}" }`;

    expect(messages(steps)).toEqual([
      '"vars.mine" is not set by any step before this one, or only inside a loop or branch',
    ]);
  });

  it.each([
    ['forEach: [1]\n    concurrency: 2\n    do: [{ set: { shared: 2 } }]', 'a loop with concurrency above 1'],
    ['parallel: { a: [{ set: { shared: 2 } }] }', 'a branch of parallel'],
    ['parallel: { a: [{ forEach: [1], do: [{ set: { shared: 2 } }] }] }', 'a branch of parallel'],
  ])('of the run cannot be set by several at a time: %s', (step, crowd) => {
    expect(messages(`  - set: { shared: 1 }\n  - ${step}`)).toEqual([
      `"shared" was set outside of ${crowd}, where several would set it at a time: return it as the block's value instead`,
    ]);
  });

  it('of the run can be set by a loop that takes one item at a time', () => {
    expect(
      messages('  - set: { n: 1 }\n  - forEach: [1]\n    do: [{ set: { n: "${{ vars.n + item }}" } }]'),
    ).toEqual([]);
  });
});

describe('outcomes', () => {
  it.each([
    ['yield: 1', '"yield" ends a block, and here is none around it: use return'],
    ['next: 1', '"next" ends an item or a round, and here is no loop around it'],
    [
      'parallel: { a: [{ return: {} }] }',
      '"return" cannot end the run from a branch of parallel, where others run beside it: use yield and decide afterwards',
    ],
    [
      'forEach: [1]\n    concurrency: 2\n    do: [{ if: "${{ true }}", then: [{ stop: x }] }]',
      '"stop" cannot end the run from a loop with concurrency above 1, where others run beside it: use yield and decide afterwards',
    ],
  ])('%s is refused where it has nothing to end', (step, problem) => {
    expect(messages(`  - ${step}`)).toEqual([problem]);
  });

  it('are taken where they end something', () => {
    const steps = `
  - forEach: [1]
    do:
      - { when: "\${{ item = 1 }}", next: null }
      - try: [{ when: "\${{ item = 2 }}", next: 5 }, { yield: 1 }]
      - { when: "\${{ item = 3 }}", return: {} }
      - { fail: { message: No } }`;

    expect(messages(steps)).toEqual([]);
  });

  it('warn of steps that nothing can reach', () => {
    expect(problemsOf(withSteps('  - stop: x\n  - set: { a: 1 }'))).toMatchObject([
      { severity: 'warning', code: 'unreachable', line: 5 },
    ]);
  });

  it.each([
    ['{ greting: hi }', /^5:\d+ The output "greting" is not known; did you mean "greeting"\?$/],
    ['{}', '5:5 The output "greeting" is required'],
    ['{ greeting: [] }', /^5:\d+ The output "greeting" must be text, but is a list$/],
    ['just text', '5:13 "return" must be an object of the declared outputs, or an expression that gives one'],
  ])('return %s does not fit the declared outputs', (value, problem) => {
    const text = `trigger: { kind: manual }
outputs:
  greeting: { type: string }
steps:
  - return: ${value}`;

    expect(shown(text)).toContainEqual(
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    );
  });
});

describe('steps and their cards', () => {
  it.each([
    ['{ }', '4:25 "name" of test.greet is required'],
    ['{ nam: Ana }', '4:33 "nam" of test.greet is not known; did you mean "name"?'],
    ['{ name: [] }', '4:39 "name" of test.greet must be text, but is a list'],
    [
      '{ name: Ana, times: many }',
      '4:51 "times" of test.greet must be a whole number, but is the text "many"',
    ],
    ['{ name: Ana, times: 0 }', '4:51 "times" of test.greet must be at least 1'],
    [
      '{ name: Ana, tone: wram }',
      '4:50 "tone" of test.greet must be one of warm, cool; did you mean "warm"?',
    ],
    ['{ name: Ana, tags: [{}] }', '4:51 "tags[0]" of test.greet must be text, but is an object'],
  ])('with: %s is refused', (given, problem) => {
    expect(shown(withSteps(`  - { card: test.greet, with: ${given} }`))).toContainEqual(problem);
  });

  it.each([
    '{ name: "${{ inputs.name }}", times: "${{ 1 + 1 }}", tone: "${{ inputs.name }}" }',
    '{ name: 5, tags: one }',
    '{ name: Ana, tags: "${{ inputs.people }}" }',
  ])('with: %s passes: values are fitted when the step runs', (given) => {
    expect(shown(withSteps(`  - { card: test.greet, with: ${given} }`))).toEqual([]);
  });

  it('take a connection only where the card connects', () => {
    expect(messages('  - { card: test.send, connection: web, with: { to: x } }')).toEqual([]);
    expect(messages('  - { card: test.greet, connection: web, with: { name: x } }')).toEqual([
      'The card "test.greet" reaches nothing outside and takes no connection',
    ]);
  });

  it('have ids that are unique in the whole flow', () => {
    const steps = '  - { id: a, set: { x: 1 } }\n  - { forEach: [1], do: [{ id: a, set: { y: 1 } }] }';

    expect(shown(withSteps(steps))).toEqual([
      '5:32 The id "a" is taken by the step in line 4: ids are unique in a flow',
    ]);
  });
});

describe('declared fields', () => {
  it.each([
    ['{ type: string, default: 5 }', '3:31 "default" must be text, but is the number 5'],
    ['{ type: string, enum: [1] }', '3:29 "enum" must be text, but is the number 1'],
    [
      '{ type: string, minimum: 5 }',
      '3:22 "minimum" says nothing about the type string: it is for number, integer',
    ],
    ['{ type: string, patern: x }', '3:22 "patern" is not known here; did you mean "pattern"?'],
    [
      '{ type: string, pattern: "(?=x)" }',
      '3:31 "pattern" must be a regular expression of RE2: no look-around, no back-references',
    ],
    ['{ type: string, format: e-mail }', /^3:30 "format" must be one of .*; did you mean "email"\?$/],
    ['{ type: object, properties: { a: { type: text } } }', /^3:47 "type" must be one of string, number/],
    [
      '{ type: string, nullable: true }',
      '3:22 "nullable" is not used in fields: write type: [string, "null"]',
    ],
    ['{ title: No type }', '3:3 "type" is required'],
  ])('%s is refused', (field, problem) => {
    const text = `trigger: { kind: manual }\ninputs:\n  a: ${field}\nsteps: [{ stop: x }]`;

    expect(shown(text)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });
});
