import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

let cwd = '';
let fake: FakeSluice;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  mkdirSync(join(cwd, 'flows/hr'), { recursive: true });
  writeFileSync(join(cwd, 'flows/hello.yaml'), 'title: Hello\n');
  writeFileSync(join(cwd, 'flows/hr/leave.json'), '{}');
  writeFileSync(join(cwd, 'flows/flow.schema.json'), '{}');
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await fake.close();
});

const sluice = (...line: string[]) => perform([...line, '--url', fake.url], { cwd, project: cwd });

const good = (name: string) => ({ name, ok: true, problems: [] });
const bad = (name: string) => ({
  name,
  ok: false,
  problems: [{ severity: 'error', path: 'steps[0]', code: 'x', message: 'No such card', line: 3, column: 5 }],
});

describe('sluice flows check', () => {
  it('sends every flow file by its name, and only flow files', async () => {
    fake = await fakeSluice({
      'POST /api/v1/flows/check': { json: { files: [good('hello'), good('hr/leave')] } },
    });

    const { exit, stderr } = await sluice('flows', 'check');

    expect(exit).toBe(0);
    expect(stderr).toBe('2 flows, no errors.');
    expect(fake.asked[0]?.body).toEqual({
      files: [
        { name: 'hello', text: 'title: Hello\n' },
        { name: 'hr/leave', text: '{}' },
      ],
    });
  });

  it('points at file, line and column, and ends with 1', async () => {
    fake = await fakeSluice({
      'POST /api/v1/flows/check': { json: { files: [good('hello'), bad('hr/leave')] } },
    });

    const { exit, stdout } = await sluice('flows', 'check');

    expect(exit).toBe(1);
    expect(stdout).toBe('flows/hr/leave.json:3:5 error: No such card (steps[0])');
  });

  it('names a file in a folder by its place below flows/, though the folder was given', async () => {
    fake = await fakeSluice({ 'POST /api/v1/flows/check': { json: { files: [good('hr/leave')] } } });

    await sluice('flows', 'check', 'flows/hr');

    expect(fake.asked[0]?.body).toEqual({ files: [{ name: 'hr/leave', text: '{}' }] });
  });

  it.each([
    ['two files of one flow', 'hello.json', '{}', 'are both the flow "hello"'],
    ['a name that flows cannot have', 'Hello World.yaml', '', 'gives the flow name "Hello World"'],
    ['a file that is no text', 'odd.yaml', Buffer.from([0xff, 0xfe, 0x00]), 'is not UTF-8 text'],
  ])('refuses %s before anything is sent', async (_, name, content, message) => {
    writeFileSync(join(cwd, 'flows', name), content);
    fake = await fakeSluice({});

    const { exit, stderr } = await sluice('flows', 'check');

    expect(exit).toBe(1);
    expect(stderr).toContain(message);
    expect(fake.asked).toEqual([]);
  });
});

describe('sluice flows push', () => {
  it('saves nothing when one file has errors', async () => {
    fake = await fakeSluice({
      'POST /api/v1/flows/check': { json: { files: [good('hello'), bad('hr/leave')] } },
    });

    const { exit, stderr } = await sluice('flows', 'push');

    expect(exit).toBe(1);
    expect(stderr).toContain('flows/hr/leave.json:3:5 error: No such card');
    expect(stderr).toContain('nothing was saved');
    expect(fake.asked).toHaveLength(1);
  });

  it('tells what became of each flow', async () => {
    const flows = [
      { name: 'hello', outcome: 'updated', version: 4 },
      { name: 'hr/leave', outcome: 'unchanged', version: 1 },
      { name: 'old', outcome: 'archived', version: 2 },
    ];
    fake = await fakeSluice({
      'POST /api/v1/flows/check': { json: { files: [good('hello'), good('hr/leave')] } },
      'POST /api/v1/flows/push': { json: { flows } },
    });

    const { exit, stdout } = await sluice('flows', 'push', '--prune');

    expect(exit).toBe(0);
    expect(stdout).toBe('updated hello@4\narchived old@2\n1 unchanged');
    expect(fake.asked[1]?.body).toMatchObject({ prune: true, force: false, dryRun: false });
  });
});

describe('sluice flows pull', () => {
  const saved = { text: '# mine\ntitle:   Hello\r\n', type: 'application/yaml' };

  it('writes the text byte for byte', async () => {
    fake = await fakeSluice({ 'GET /api/v1/flows/new%2Fone': saved });

    const { exit, stdout } = await sluice('flows', 'pull', 'new/one');

    expect(exit).toBe(0);
    expect(stdout).toBe(join(cwd, 'flows/new/one.yaml'));
    expect(readFileSync(join(cwd, 'flows/new/one.yaml'), 'utf8')).toBe(saved.text);
  });

  it('keeps a file that differs, unless forced', async () => {
    fake = await fakeSluice({ 'GET /api/v1/flows/hello': saved });

    expect((await sluice('flows', 'pull', 'hello')).exit).toBe(3);
    expect(readFileSync(join(cwd, 'flows/hello.yaml'), 'utf8')).toBe('title: Hello\n');

    expect((await sluice('flows', 'pull', 'hello', '--force')).exit).toBe(0);
    expect(readFileSync(join(cwd, 'flows/hello.yaml'), 'utf8')).toBe(saved.text);
  });

  it('never writes outside the directory, whatever name it is given', async () => {
    fake = await fakeSluice({ 'GET /api/v1/flows/..%2Fevil': saved });

    expect((await sluice('flows', 'pull', '../evil')).exit).toBe(2);
  });
});

describe('sluice flows enable, disable and archive', () => {
  it.each(['enable', 'disable'])('%s asks for it and tells the status', async (action) => {
    fake = await fakeSluice({
      [`POST /api/v1/flows/hr%2Fleave/${action}`]: { json: { name: 'hr/leave', status: `${action}d` } },
    });

    const { exit, stdout } = await sluice('flows', action, 'hr/leave');

    expect([exit, stdout]).toEqual([0, `hr/leave ${action}d`]);
    expect(fake.asked[0]?.body).toEqual({});
  });

  it('archive takes the flow away', async () => {
    fake = await fakeSluice({ 'DELETE /api/v1/flows/hello': { status: 204 } });

    const { exit, stdout } = await sluice('flows', 'archive', 'hello');

    expect([exit, stdout]).toEqual([0, 'hello archived']);
  });

  it('a flow that is not there ends with 3', async () => {
    fake = await fakeSluice({});

    expect((await sluice('flows', 'disable', 'nobody')).exit).toBe(3);
  });
});
