/** The real thing: `npm start` from outside, as a newcomer sees it and as a power cut treats it. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../src/cli/local/record.ts';
import { PROJECT } from '../../src/cli/project.ts';
import { endAll, isAlive, scratch, start, until, type Installation, type Scratch } from './installation.ts';

const HELLO = `title: Say hello
trigger: { kind: api, auth: public }
inputs:
  name: { type: string }
steps:
  - return: { greeting: "Hello, \${{ inputs.name }}!" }
`;

let place: Scratch;
beforeEach(() => {
  place = scratch();
  writeFileSync(join(place.flows, 'hello.yaml'), HELLO);
});
afterEach(() => {
  endAll();
  place.remove();
});
afterAll(endAll);

const invoke = async ({ url }: Installation, flow: string, input: object): Promise<unknown> => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${url}/invoke/${flow}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(input),
  });
  return answer.json();
};

const groupOf = ({ data }: Scratch): number => readRecord(join(data, 'sluice.json'))?.group ?? 0;

describe('npm start', { timeout: 120_000 }, () => {
  it('loads the flows, answers, keeps the history, and stops cleanly on Ctrl-C', async () => {
    const local = await start(place);
    await until('the flow', () => local.output().includes('created hello@1') || undefined, {
      told: local.output,
    });

    expect(await invoke(local, 'hello', { name: 'Stella' })).toEqual({ greeting: 'Hello, Stella!' });

    // What the README tells newcomers to type, with their data directory.
    const sluice = (...line: string[]) =>
      promisify(execFile)('npx', ['sluice', ...line, '--data', place.data], { cwd: PROJECT });
    const listed = await until('the run in the history', async () => {
      const { stdout } = await sluice('runs');
      return stdout.includes('hello') ? stdout : undefined;
    });
    const run = /run_[0-9a-z]{26}/.exec(listed)?.[0] ?? '';
    const { stdout: shown } = await sluice('show', run);
    expect(shown).toContain('"greeting":"Hello, Stella!"');
    const { stdout: followed } = await sluice('run', 'hello', '--set', 'name=Ana');
    expect(JSON.parse(followed)).toEqual({ greeting: 'Hello, Ana!' });

    await local.interrupt();
    expect(readRecord(join(place.data, 'sluice.json'))).toBeUndefined();
    expect(local.output()).not.toMatch(/error/i);
  });

  it('loads a flow within a second of its saving, and keeps the last good version of a broken one', async () => {
    const local = await start(place);
    await until('the flow', () => local.output().includes('created hello@1') || undefined, {
      told: local.output,
    });

    writeFileSync(join(place.flows, 'hello.yaml'), HELLO.replace('Hello,', 'Welcome,'));
    await until('the new version', () => local.output().includes('updated hello@2') || undefined, {
      withinMs: 1_000,
    });
    // The door may answer from its copy of the flow for one second.
    const isNew = async () => {
      const { greeting } = (await invoke(local, 'hello', { name: 'Ana' })) as { greeting: string };
      return greeting === 'Welcome, Ana!' || undefined;
    };
    await until('the new greeting', isNew, { withinMs: 2_000 });

    writeFileSync(join(place.flows, 'hello.yaml'), HELLO.replace('- return', '- retrun'));
    await until('the error', () => /hello\.yaml:6:\d+ error/.exec(local.output()) ?? undefined, {
      withinMs: 1_000,
    });
    expect(await invoke(local, 'hello', { name: 'Ana' })).toEqual({ greeting: 'Welcome, Ana!' });
  });

  it('does not outlive its parent: the runtime ends when the start is killed', async () => {
    const local = await start(place);
    const group = groupOf(place);

    local.killStart();

    await until('the end of the runtime', () => (isAlive(group) ? undefined : true), { withinMs: 10_000 });
  });

  it('refuses a second start on the same data', async () => {
    await start(place);

    const args = [join(PROJECT, 'src/cli/start.ts'), '--port', '0', '--data', place.data];
    const second = promisify(execFile)(join(PROJECT, 'node_modules/.bin/node'), args);

    await expect(second).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('already runs') as unknown,
    });
  });
});
