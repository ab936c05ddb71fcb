/** `sluice sources add|rotate|retire`: what makes a source, and its secrets, which are shown once. */
import { Anything } from '../answers.ts';
import { askApi } from '../api.ts';
import { command, type Call } from '../command.ts';
import { CliError, type Ending } from '../exit.ts';
import { secretValue } from '../secret-value.ts';
import { readSettings } from '../settings.ts';
import { sourcePath, SourceWithSecret } from '../source-answers.ts';

const SECRET = {
  type: 'string',
  value: 'VALUE',
  help: 'the secret, where the sender makes it; - reads standard input, @FILE a file',
} as const;

/** What goes into the sender's form is on standard output, what to do with it on standard error. */
const tell = ({ terminal, isJson }: Call, source: SourceWithSecret, done: string): Ending => {
  if (isJson) {
    terminal.out(JSON.stringify(source));
    return 'done';
  }
  terminal.note(done);
  terminal.out(`Address: ${source.address}`);
  if (source.secret !== null) terminal.out(`Secret:  ${source.secret}`);
  if (source.secret !== null) terminal.note('The secret is shown this once.');
  terminal.note(source.setup);
  return 'done';
};

const secretOf = async ({ terminal }: Call, given: string | undefined): Promise<string | undefined> =>
  given === undefined ? undefined : secretValue(given, terminal, 'Secret');

/** Who repeats `add` may expect another secret, or the settings of before. */
const doneWith = ({ name, createdAt, updatedAt, secret, secrets }: SourceWithSecret): string => {
  if (createdAt === updatedAt) return `Source ${name} is there. Events may come.`;
  const kept =
    secret === null && secrets.length > 0 ? ' Its secret is as before: rotate gives it another one.' : '';
  return `Source ${name} is changed: its settings and note are those given now.${kept}`;
};

export const sourcesAdd = command({
  name: 'sources add',
  summary: 'makes a source that may send events, or changes its settings',
  takes: ['<kind>'],
  options: {
    name: { type: 'string', value: 'NAME', help: 'its name, which ends its address (the kind)' },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', help: 'a setting: JSON, else text; a.b=c' },
    secret: SECRET,
    note: { type: 'string', value: 'TEXT', help: 'what it is for' },
  },
  notes: [
    '`sluice sources kinds` lists the kinds, `sluice sources kinds KIND` the settings of one.',
    'Its address is <url>/events/<name>: a sender that makes the secret can be given it before.',
    'Of a source that exists the settings and the note become those given here; its secrets stay.',
  ],
  run: async (call) => {
    const { api, args, flags } = call;
    const [kind = ''] = args;
    const name = flags.name ?? kind;
    if (name.trim() === '') throw new CliError('usage', '--name takes a name, such as okta-prod.');
    const secret = await secretOf(call, flags.secret);
    const body = { kind, settings: readSettings(flags.set), note: flags.note, secret };
    const source = await askApi(api, sourcePath(name), { method: 'PUT', body, gives: SourceWithSecret });
    return tell(call, source, doneWith(source));
  },
});

export const sourcesRotate = command({
  name: 'sources rotate',
  summary: 'gives a source another secret; the one before counts too, until it is retired',
  takes: ['<name>'],
  options: { secret: SECRET },
  run: async (call) => {
    const { api, args, flags } = call;
    const [name = ''] = args;
    const body = { secret: await secretOf(call, flags.secret) };
    const path = sourcePath(name, '/rotate');
    const source = await askApi(api, path, { method: 'POST', body, gives: SourceWithSecret });
    const [before] = source.secrets.length > 1 ? source.secrets : [];
    const next =
      before === undefined ? '' : ` Once the sender has it: sluice sources retire ${name} ${before.id}`;
    return tell(call, source, `Source ${name} has another secret.${next}`);
  },
});

export const sourcesRetire = command({
  name: 'sources retire',
  summary: 'drops a secret of a source: what it vouches for is refused from now on',
  takes: ['<name>', '<secret-id>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [name = '', id = ''] = args;
    const path = sourcePath(name, `/secrets/${encodeURIComponent(id)}`);
    await askApi(api, path, { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ source: name, retired: id }));
    else terminal.note(`Secret ${id} of source ${name} is retired.`);
    return 'done';
  },
});
