/** Calls as files write them, alone and together with the flows that they name. */
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { parseTogether } from '../../src/language/parse-together.ts';
import { flowsCalled } from '../../src/language/used.ts';
import { catalogue, parse, shown } from './catalogue.ts';

const manual = (...steps: string[]) => `trigger: { kind: manual }\nsteps:\n${lines(steps)}`;
const helper = (...steps: string[]) => `trigger: { kind: helper }\nsteps:\n${lines(steps)}`;
const lines = (steps: string[]) => steps.map((step) => `  - ${step}`).join('\n');

const stepOf = (step: string) => {
  const parsed = parse(manual(step));
  return parsed.ok ? parsed.flow.steps[0] : parsed.problems;
};

describe('a call that is read', () => {
  it.each([
    ['{ call: hr/invite }', { kind: 'call', call: 'hr/invite', with: {}, async: false, onError: 'fail' }],
    ['{ call: invite@12, with: { a: 1 } }', { call: 'invite', version: 12, with: { a: 1 } }],
    ['{ id: it, call: invite, async: true, onError: continue }', { async: true, onError: 'continue' }],
    ['{ call: invite, timeout: 5m }', { timeoutMs: 300_000 }],
  ])('%s', (written, step) => {
    expect(stepOf(written)).toMatchObject(step);
  });

  const rule = 'must be the name of a flow, such as hr/invite, or one version of it, such as hr/invite@3';

  it.each([
    ['{ call: Invite }', `3:13 "call" ${rule}`],
    ['{ call: invite@0 }', `3:13 "call" ${rule}`],
    ['{ call: a//b }', `3:13 "call" ${rule}`],
    ['{ call: "${{ inputs.name }}" }', `3:13 "call" ${rule}`],
    ['{ call: a, retry: {} }', '3:16 "retry" is not known here'],
    [
      '{ call: a, async: true, timeout: 5s }',
      '3:29 "timeout" is for calls that wait: this one is async; set the time limit in the helper',
    ],
    [
      '{ call: a, with: { token: "${{ secrets.key }}" } }',
      '3:36 "secrets" is there in the "with" of a card only',
    ],
  ])('refuses %s', (written, problem) => {
    expect(shown(manual(written))[0]).toContain(problem);
  });

  it('leaves its error behind with onError: continue, and with async nothing but the run', () => {
    const steps = manual(
      '{ id: a, call: x, onError: continue }',
      '{ id: b, call: x, async: true }',
      'set: { code: "${{ errors.a.code }}", run: "${{ steps.b.run }}", more: "${{ steps.b.more }}" }',
    );

    expect(shown(steps)).toEqual(['5:80 "steps.b" has no "more"; it has run']);
  });

  it('tells which flows it needs, each once', () => {
    const parsed = parse(manual('{ call: b }', '{ forEach: [1], do: [{ call: a@2 }, { call: b }] }'));

    expect(parsed.ok && flowsCalled(parsed.flow)).toEqual(['a@2', 'b']);
  });
});

/** Problems of the files, in their order: `name line:column message`. */
const problemsOf = async (files: Readonly<Record<string, string>>, stored: Record<string, string> = {}) => {
  const named = Object.entries(files).map(([name, text]) => ({ name, text }));
  const asked: string[][] = [];
  const find = async (names: readonly string[]) => {
    asked.push([...names]);
    const flows = names.flatMap((name): [string, Flow][] => {
      const parsed = stored[name] === undefined ? undefined : parse(stored[name]);
      return parsed?.ok === true ? [[name, { ...parsed.flow, name }]] : [];
    });
    return new Map(flows);
  };
  const all = await parseTogether(named, { catalogue, find });
  const problems = all.flatMap((parsed, index) =>
    (parsed.ok ? parsed.warnings : parsed.problems).map(
      ({ line, column, message }) => `${named[index]?.name} ${line}:${column} ${message}`,
    ),
  );
  return { problems, asked };
};

const greeter = `trigger: { kind: helper }
inputs: { name: { type: string }, times: { type: integer, optional: true } }
outputs: { text: { type: string } }
steps: [{ return: { text: "\${{ inputs.name }}" } }]`;

describe('a call of a flow that can be looked up', () => {
  it('is fine when the helper takes what it is given, stored or in the same push', async () => {
    const main = manual(
      '{ id: it, call: greeter, with: { name: Ana } }',
      'set: { a: "${{ steps.it.text }}" }',
    );

    expect((await problemsOf({ main, greeter })).problems).toEqual([]);
    expect((await problemsOf({ main }, { greeter })).problems).toEqual([]);
  });

  it.each([
    ['{ call: greter, with: { name: Ana } }', '3:13 There is no flow "greter"; did you mean "greeter"?'],
    ['{ call: other }', '3:13 There is no flow "other": save it first, or together with this one'],
    ['{ call: greeter@3, with: { name: Ana } }', '3:13 There is no flow "greeter@3"'],
    ['{ call: main }', '3:13 "main" cannot be called: its trigger is of kind manual, not helper'],
    ['{ call: greeter }', '"name" of greeter is required'],
    ['{ call: greeter, with: { name: Ana, tims: 1 } }', '3:41 "tims" of greeter'],
    ['{ call: greeter, with: { name: Ana, times: often } }', '3:48 "times" of greeter must be'],
  ])('is told what is wrong: %s', async (step, problem) => {
    const { problems } = await problemsOf({ main: manual(step), greeter });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it('lets expressions pass where a value is asked for, and refuses outputs that are not declared', async () => {
    const main = manual(
      '{ id: it, call: greeter, with: { name: "${{ 1 + 1 }}", times: "${{ 2 }}" } }',
      'set: { a: "${{ steps.it.txt }}" }',
    );

    expect((await problemsOf({ main, greeter })).problems).toEqual([
      'main 4:20 "steps.it" has no "txt"; did you mean "text"?',
    ]);
  });

  it('says nothing about a file that cannot be read, but that itself', async () => {
    const { problems } = await problemsOf({ main: manual('{ call: bad }'), bad: 'trigger: { kind: helpr }' });

    expect(problems.every((problem) => problem.startsWith('bad '))).toBe(true);
  });

  it('asks for nothing when nothing is called', async () => {
    expect((await problemsOf({ greeter })).asked).toEqual([]);
  });
});

describe('flows that call one another without a condition', () => {
  const warning = 'These flows call one another without a condition, until that is too deep:';

  it('are warned of, with the way back, through flows that were saved before', async () => {
    const { problems } = await problemsOf(
      { a: helper('{ call: b }') },
      { b: helper('parallel: { x: [{ call: c }] }'), c: helper('try: [{ call: a }]\n    catch: []') },
    );

    expect(problems).toEqual([`a 3:13 ${warning} a → b → c → a`]);
  });

  it.each([
    ['when', '{ when: "${{ inputs.n > 0 }}", call: a, with: { n: 1 } }'],
    ['if', '{ if: "${{ inputs.n > 0 }}", then: [{ call: a, with: { n: 1 } }] }'],
    ['a loop, which may have no items', '{ forEach: "${{ [] }}", do: [{ call: a, with: { n: 1 } }] }'],
    ['catch', '{ try: [{ set: { x: 1 } }], catch: [{ call: a, with: { n: 1 } }] }'],
    ['a way out before it', '{ when: "${{ inputs.n < 1 }}", stop: done }\n  - { call: a, with: { n: 1 } }'],
  ])('are not warned of where there is one: %s', async (_, steps) => {
    const a = helper(steps).replace('\n', '\ninputs: { n: { type: number } }\n');

    expect((await problemsOf({ a })).problems).toEqual([]);
  });
});
