/** The pages of sources: their commands make a source, their samples are read by it, and their flows want what comes out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { draftSource } from '../../src/api/source-draft.ts';
import { cards } from '../../src/cards.ts';
import { findCommand, readLine } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { readSettings } from '../../src/cli/settings.ts';
import { envelopeOf, VERDICTS, type StoredEvent } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { dryRun } from '../../src/engine/dry.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';
import type { Received, SourceConfig } from '../../src/sources/kind.ts';
import { receive } from '../../src/sources/receive.ts';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import type { Listener } from '../../src/storage/listeners.ts';
import { evaluateIn } from '../../src/triggers/event/evaluate-in.ts';
import { judgedOf } from '../../src/triggers/event/judged.ts';
import { match } from '../../src/triggers/event/match.ts';
import { storedEvent } from '../../src/triggers/event/stored-event.ts';
import { connectionFor } from '../connectors/context.ts';
import { MemoryHost } from '../engine/memory-host.ts';
import { eventsOf, NOW } from '../sources/posting.ts';
import { SENDERS } from '../sources/senders.ts';
import { makeKey, signed } from '../sources/transmitter.ts';
import { blocksOf, pages, proseOf, PROJECT, type Page } from './pages.ts';

const KINDS = Object.keys(SOURCE_KINDS);
const overview = pages.find(({ path }) => path === 'docs/sources/README.md') ?? { path: '', text: '' };
const pageOf = (kind: string): Page => {
  const page = pages.find(({ path }) => path === `docs/sources/${kind}.md`);
  if (page === undefined) throw new Error(`There is no page docs/sources/${kind}.md`);
  return page;
};
const blockOf = (page: Page, info: string): string | undefined =>
  blocksOf(page).find((block) => block.info === info)?.text;

/** Stands in the pages for what differs from one sender to the next. */
const SECRET_SIGN = '…';

/** What the page tells people to type. */
const configOf = (kind: string): SourceConfig & { readonly secret: string } => {
  const line =
    (blockOf(pageOf(kind), 'sh') ?? '').split('\n').find((one) => one.includes('sources add')) ?? '';
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/(^|=)['"]|['"]$/g, '$1'),
  );
  const argv = words.slice(2);
  const command = findCommand(COMMANDS, argv);
  if (command === undefined) throw new Error(`${kind}: "${line}" is no command`);
  const { args, flags } = readLine(command, argv);
  const { name = kind, set } = flags as { name?: string; set?: string[] };
  const draft = draftSource({ kind: args[0] ?? '', settings: readSettings(set) });
  if (!draft.ok) throw new Error(`${kind}: ${JSON.stringify(draft)}`);
  const secret = senderOf(kind)?.secret ?? 'a-secret-of-letters';
  return { name, kind: args[0] ?? '', settings: draft.settings, secrets: [secret], secret };
};

const headersIn = (page: Page): Readonly<Record<string, string>> => {
  const [head = ''] = (blockOf(page, 'http') ?? '').split('\n\n');
  return Object.fromEntries(
    head
      .split('\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
};

const senderOf = (kind: string) => {
  const shown = Object.keys(headersIn(pageOf(kind)));
  return SENDERS.find((sender) => sender.kind === kind && shown.includes(sender.proofHeader));
};

interface Sample {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly keys: Json;
}

/** A request as the page shows it, on one line as senders write it and with a proof in place of the sign. */
const requestOf = async (kind: string, secret: string): Promise<Sample> => {
  const page = pageOf(kind);
  const [head = '', ...rest] = (blockOf(page, 'http') ?? '').split('\n\n');
  const body = JSON.stringify(JSON.parse(rest.join('\n\n').replace(SECRET_SIGN, secret)));
  const proof = (await senderOf(kind)?.sign(body, secret, NOW)) ?? {};
  const headers = Object.entries(headersIn(page)).map(([name, value]): [string, string] => [
    name,
    value.includes(SECRET_SIGN) ? (proof[name] ?? value.replace(SECRET_SIGN, secret)) : value,
  ]);
  const path = /^POST (\S+)\n/.exec(head)?.[1] ?? '';
  return { path, headers: Object.fromEntries(headers), body, keys: null };
};

// Keys are remembered by their address, so there is one for all tests.
const key = await makeKey('k1');
/** The claims that the page shows, in a token of a transmitter. */
const tokenOf = async (kind: string, name: string): Promise<Sample> => {
  const body = await signed(JSON.parse(blockOf(pageOf(kind), 'json claims') ?? ''), key);
  const headers = { 'Content-Type': 'application/secevent+jwt' };
  return { path: `/events/${name}`, headers, body, keys: { keys: [{ ...key.jwk }] } };
};

const sampleOf = (kind: string, { name, secret }: { name: string; secret: string }): Promise<Sample> =>
  blockOf(pageOf(kind), 'http') === undefined ? tokenOf(kind, name) : requestOf(kind, secret);

const received = async (kind: string): Promise<{ name: string; path: string; answer: Received }> => {
  const config = configOf(kind);
  const { path, headers, body, keys } = await sampleOf(kind, config);
  const post = {
    method: 'POST',
    url: new URL(path, 'https://sluice.example.com'),
    headers: new Headers(headers),
    body: new Uint8Array(Buffer.from(body)),
    now: NOW,
  };
  const evaluate = (expression: string, value: Json) => evaluateIn(expression, value, NOW);
  const answer = await receive(config, post, { fetchJson: async () => keys, evaluate });
  return { name: config.name, path, answer };
};

const storedOf = async (kind: string): Promise<StoredEvent> => {
  const { name, answer } = await received(kind);
  const [event] = eventsOf(answer);
  if (event === undefined) throw new Error(`The sample of ${kind} has no event`);
  return storedEvent(event, { source: name, now: NOW });
};

const propertiesIn = (schema: Json | undefined): readonly string[] => {
  if (Array.isArray(schema)) return schema.flatMap(propertiesIn);
  if (!isObject(schema)) return [];
  const { properties } = schema;
  return [
    ...(isObject(properties) ? Object.keys(properties) : []),
    ...Object.values(schema).flatMap(propertiesIn),
  ];
};

const wordsInCode = (page: Page): ReadonlySet<string> =>
  new Set([...proseOf(page).matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(/\w+/g) ?? []));

describe('the page of a kind of source', () => {
  it.each(KINDS)('%s says at the sender what the terminal says', (kind) => {
    const text = pageOf(kind).text.replaceAll('\\', '').replaceAll(/\s+/g, ' ');

    expect(text).toContain(SOURCE_KINDS[kind]?.setup);
  });

  it.each(KINDS)('%s is short, and names every setting', (kind) => {
    const page = pageOf(kind);
    // A JSON Schema is JSON, whatever its type says.
    const schema = z.toJSONSchema(SOURCE_KINDS[kind]?.settings ?? z.never(), { io: 'input' }) as Json;
    const known = wordsInCode(page);

    expect(propertiesIn(schema).filter((name) => !known.has(name))).toEqual([]);
    expect(page.text.split('\n').length).toBeLessThanOrEqual(81);
  });

  it.each(KINDS)(
    '%s shows a post to the source that its command makes, and what flows read of it',
    async (kind) => {
      const { name, path } = await received(kind);
      const shown: JsonObject = JSON.parse(blockOf(pageOf(kind), 'json event') ?? '{}');

      expect(path).toBe(`/events/${name}`);
      expect(Object.keys(shown)).toEqual(expect.arrayContaining(['id', 'source', 'type', 'subject', 'data']));
      expect(envelopeOf(await storedOf(kind))).toMatchObject(shown);
    },
  );
});

const catalogue = catalogueOf(cards);
/** The link right before the flow. */
const exampleOf = (page: Page): string =>
  /\(\.\.\/\.\.\/flows\/(examples\/[\w-]+)\.yaml\):\n\n```yaml\n/.exec(page.text)?.[1] ?? '';

/** Dry: whoever is asked answers with a user that has everything. */
const dry = (flow: Flow, event: JsonObject) => {
  const ports = {
    ...new MemoryHost({ flow }).ports,
    cards,
    connection: async (name: string) =>
      connectionFor({ auth: 'none', baseUrl: 'https://api.example.com/' }, { name }),
    fetch: async () => Response.json({ accountEnabled: false }),
  };
  const start = { trigger: 'event', caller: { kind: 'source', id: 'it' }, inputs: {}, event } as const;
  return dryRun(ports, {
    id: 'run_01kb0000000000000000000000',
    flow,
    version: 1,
    url: 'https://x.example',
    start,
  });
};

interface Example {
  readonly text: string;
  readonly listener: Pick<Listener, 'flow' | 'trigger' | 'enabled'>;
}

const exampleAt = (name: string): Example => {
  const text = readFileSync(join(PROJECT, 'flows', `${name}.yaml`), 'utf8');
  const parsed = parseFlow(name, text, catalogue);
  if (!parsed.ok || parsed.flow.trigger.kind !== 'event') throw new Error(`${name} is no event flow`);
  return { text, listener: { flow: parsed.flow, trigger: parsed.flow.trigger, enabled: true } };
};

const answers = async ({ listener }: Example, event: StoredEvent): Promise<void> => {
  expect(listener.trigger.source).toBe(event.source);
  expect(await match(listener, judgedOf(event, new Set()))).toEqual({ wanted: true });
  const { detail, isComplete } = await dry(listener.flow, envelopeOf(event));
  expect(detail.error).toBeNull();
  expect({ status: detail.status, isComplete }).toEqual({ status: 'succeeded', isComplete: true });
};

describe('the flow of a page', () => {
  it.each(KINDS)('%s is an example, wants the event of the page, and ends well with it', async (kind) => {
    const page = pageOf(kind);
    const example = exampleAt(exampleOf(page));

    expect(example.text.slice(example.text.indexOf('\n') + 1)).toBe(blockOf(page, 'yaml'));
    await answers(example, await storedOf(kind));
  });

  it.each([
    { name: 'examples/alert', kind: 'okta', type: 'zone.update' },
    { name: 'examples/entra-renew', kind: 'entra', type: 'lifecycle.reauthorizationRequired' },
  ])('$name, which is only named there, wants events of $type', async ({ name, kind, type }) => {
    expect(pageOf(kind).text).toContain(`${name}.yaml`);
    await answers(exampleAt(name), { ...(await storedOf(kind)), type });
  });
});

describe('the page of all sources', () => {
  const cells = overview.text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it.each(KINDS)('%s has the answer that its sender gets', async (kind) => {
    const row = cells.find(([, first]) => first === `[\`${kind}\`](${kind}.md)`);
    const { answer } = await received(kind);

    expect(row?.[5]).toBe(String(answer.response.status));
  });

  it('has every verdict', () => {
    const words = cells.flatMap(([, first = '']) => /^`(\w+)`$/.exec(first)?.slice(1) ?? []);

    expect(words.toSorted()).toEqual([...VERDICTS].toSorted());
  });
});
