import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { perform } from './fake-terminal.ts';

describe('a command line that is wrong', () => {
  it.each([
    [['rnus'], 'There is no command "rnus". Did you mean runs?'],
    [['flows', 'psuh'], 'There is no command "flows psuh". Did you mean flows push?'],
    [['flows'], '"sluice flows" is not all.'],
    [['runs', '--limti', '3'], 'There is no option --limti here. Did you mean --limit?'],
    [['show'], '<run> is missing: sluice show <run>'],
    [['show', ''], '<run> is empty: sluice show <run>'],
    [['show', 'a', 'b'], '"b" is too much'],
    [['runs', '--limit'], '--limit needs a value.'],
    [['runs', '--json=yes'], '--json takes no value.'],
    [['runs', '--limit', 'all'], '--limit takes a number from 1 to 10000'],
    [['runs', '--since', 'monday'], '--since takes a length of time'],
    [['run', 'hello', '--wait', 'long'], '--wait takes a length of time'],
    [['run', 'hello', '--set', 'name'], '--set takes KEY=VALUE'],
    [['settle', 'run_1', 'a', 'maybe'], '"maybe" is none of happened, repeat, fail.'],
    [['settle', 'run_1', 'a', 'repeat', '--output', '1'], '--output goes with happened only.'],
    [['tokens', 'create', 'ci'], 'one of --flow, --role or --scope'],
    [['connections', 'add', 'hr', '--auth', 'magic'], '--auth takes one of none, basic, bearer'],
    [['connections', 'add', 'hr', '--auth', 'basic'], '--auth basic needs --username.'],
    [['flows', 'push', 'a.yaml', '--prune'], '--prune needs all files'],
    [['runs', '--url', 'nonsense'], '"nonsense" is no address'],
  ])('%j ends with 2 and says what to do', async (line, message) => {
    const { exit, stderr, stdout } = await perform(line);

    expect(stderr).toContain(message);
    expect(exit).toBe(2);
    expect(stdout).toBe('');
  });
});

describe('help', () => {
  it('lists every command', async () => {
    const { exit, stdout } = await perform(['--help']);

    for (const { name } of COMMANDS) expect(stdout).toContain(name);
    expect(exit).toBe(0);
  });

  it('tells of every option of a command, without arguments being needed', async () => {
    for (const { name, options } of COMMANDS) {
      const { exit, stdout } = await perform([...name.split(' '), '--help']);

      for (const option of Object.keys(options)) expect(stdout).toContain(`--${option}`);
      expect(exit).toBe(0);
    }
  });

  it('tells of the commands that begin with the same word', async () => {
    const { exit, stdout } = await perform(['sources', '--help']);

    expect(stdout).toContain('sources add <kind>');
    expect(stdout).toContain('makes a source that may send events');
    expect(stdout).not.toContain('flows push');
    expect(exit).toBe(0);
  });

  it('is shown without a command, which is a mistake', async () => {
    expect((await perform([])).exit).toBe(2);
  });
});

describe('the table of commands', () => {
  it('gives an option one type wherever it stands, for the words of a line are found before its command', () => {
    const types = new Map<string, string>();
    for (const { name, options } of COMMANDS) {
      for (const [option, { type }] of Object.entries(options)) {
        expect(`${option}: ${types.get(option) ?? type}`, name).toBe(`${option}: ${type}`);
        types.set(option, type);
      }
    }
  });
});
