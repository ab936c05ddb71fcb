/** What the documents say about flows: every block is a flow that could be saved, every result is what comes out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { describe, expect, it } from 'vitest';
import { cards } from '../../src/cards.ts';
import type { Flow, Parsed } from '../../src/domain/flow.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { RunDetail } from '../../src/domain/run.ts';
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseTogether } from '../../src/language/parse-together.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { MemoryHost } from '../engine/memory-host.ts';
import { blocks, PROJECT, type CodeBlock } from './pages.ts';

const catalogue = catalogueOf(cards);
const parse = (text: string): Parsed => parseFlow('documented', text, catalogue);

const problemsOf = (parsed: Parsed): readonly string[] =>
  (parsed.ok ? parsed.warnings : parsed.problems).map(({ line, message }) => `${line}: ${message}`);

const perform = async (flow: Flow, inputs: JsonObject): Promise<RunDetail> => {
  const host = new MemoryHost({ flow, inputs, ports: { cards } });
  await host.finish();
  return host.history.detail;
};

/** Fragments are written for flows whose inputs the reader can imagine. */
const imagined = (text: string): JsonObject => {
  const names = [...text.matchAll(/\binputs\.(\w+)/g)].map((match) => match[1] ?? '');
  const anything = { type: ['string', 'number', 'boolean', 'object', 'array', 'null'] };
  return Object.fromEntries(names.map((name) => [name, anything]));
};

/** A block as the flows that it stands for. JSON is YAML, so wrapping needs no indentation. */
const FLOWS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  yaml: (text) => [text],
  'yaml steps': (text) => [
    JSON.stringify({ trigger: { kind: 'api' }, inputs: imagined(text), steps: parseYaml(text) }),
  ],
  'yaml trigger': (text) =>
    parseAllDocuments(text).map((document) =>
      JSON.stringify({ ...document.toJS(), steps: [{ return: {} }] }),
    ),
  'yaml fields': (text) => [
    JSON.stringify({ trigger: { kind: 'manual' }, ...parseYaml(text), steps: [{ return: {} }] }),
  ],
};

const isYaml = ({ info }: CodeBlock): boolean => info.startsWith('yaml');

describe('a YAML block of the documents', () => {
  it('says what it is: a whole flow, or steps, a trigger, fields', () => {
    expect(blocks.filter((block) => isYaml(block) && !(block.info in FLOWS))).toEqual([]);
  });

  it.each(blocks.filter(isYaml))('$place can be saved', ({ info, text }) => {
    const faults = (FLOWS[info]?.(text) ?? []).flatMap((flow) => problemsOf(parse(flow)));

    expect(faults.filter((fault) => !fault.includes('nothing fires them'))).toEqual([]);
  });
});

interface Claim {
  readonly expression: string;
  /** JSON, or `refused: …`, or `fails: …` */
  readonly result: string;
}

const claims: readonly Claim[] = blocks
  .filter(({ info }) => info === 'text expressions')
  .flatMap(({ text }) => text.trimEnd().split('\n'))
  .map((line) => {
    const [expression = '', result = ''] = line.split(/\s+→\s/).map((part) => part.trim());
    return { expression, result };
  });

const inputs: JsonObject = JSON.parse(blocks.find(({ info }) => info === 'json inputs')?.text ?? '{}');

const evaluated = async (expression: string): Promise<string> => {
  const parsed = parse(
    JSON.stringify({
      trigger: { kind: 'manual' },
      inputs: {
        ...Object.fromEntries(
          Object.keys(inputs).map((name) => [name, { type: ['string', 'array', 'null'] }]),
        ),
        phone: { type: 'string', optional: true },
      },
      steps: [{ return: { value: `\${{ ${expression} }}` } }],
    }),
  );
  if (!parsed.ok) return `refused: ${problemsOf(parsed).join('; ')}`;
  const { status, outputs, error } = await perform(parsed.flow, inputs);
  return status === 'succeeded' ? JSON.stringify(outputs) : `fails: ${error?.message}`;
};

describe('an expression of the documents', () => {
  it('is there', () => {
    expect(claims.length).toBeGreaterThan(20);
  });

  it.each(claims)('$expression gives $result', async ({ expression, result }) => {
    const [word = '', reason = ''] = result.split(/: (.*)/);
    const got = await evaluated(expression);

    if (word === 'refused' || word === 'fails') {
      expect(got.startsWith(`${word}: `)).toBe(true);
      expect(got).toContain(reason);
    } else {
      expect(JSON.parse(got)).toEqual({ value: JSON.parse(result) });
    }
  });
});

const FILES = readdirSync(join(PROJECT, 'flows'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);
const textOf = (file: string): string => readFileSync(join(PROJECT, 'flows', file), 'utf8');

const nobodyElse = async () => new Map<string, Flow>();

describe('an example flow', () => {
  it('has neither errors nor warnings, nor have its calls of the others', async () => {
    const files = FILES.map((file) => ({ name: file.replace(/\.yaml$/, ''), text: textOf(file) }));
    const all = await parseTogether(files, { catalogue, find: nobodyElse });

    expect(all.flatMap(problemsOf)).toEqual([]);
  });

  it.each(FILES)('%s tells editors where its schema is', (file) => {
    const up = '../'.repeat(file.split('/').length - 1) || './';

    expect(textOf(file).split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}flow.schema.json`);
  });

  it.each([
    { file: 'hello.yaml', given: { name: ' Stella ' }, outputs: { greeting: 'Hello, Stella!' } },
    {
      file: 'examples/compose.yaml',
      given: { name: 'world', numbers: [1, 2, 3] },
      outputs: { answer: { greeting: 'Hello, WORLD!', sum: { value: 6, count: 3 } }, size: 'small' },
    },
  ])('$file gives what it promises', async ({ file, given, outputs }) => {
    const parsed = parse(textOf(file));
    if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));

    expect((await perform(parsed.flow, given)).outputs).toEqual(outputs);
  });
});
