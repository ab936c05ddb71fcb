/** The flows under measurement and how the subject is asked: over its own API, like any client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newToken } from '../src/cli/local/secrets.ts';
import { PROJECT } from '../src/cli/project.ts';

export const TOKEN = newToken();

/** What the five steps are given, and what every answer must be: of the subject and of the floors. */
export const GIVEN = JSON.stringify({ name: 'Stella', numbers: [1, 2, 39] });
export const EXPECTED =
  '{"answer":{"greeting":"Hello, STELLA!","sum":{"value":42,"count":3}},"size":"small"}';

const authorised = { Authorization: `Bearer ${TOKEN}` };

export const EFFECTS = 100;

/** So many requests one after the other, each recorded before and after. */
const effects = (): string => {
  const step = (number: number): string =>
    `  - { id: call${number}, card: http.request, with: { url: "\${{ inputs.url }}" } }`;
  return [
    'trigger: { kind: api, auth: public, wait: 60s }',
    'inputs: { url: { type: string } }',
    'steps:',
    ...Array.from({ length: EFFECTS }, (_, index) => step(index)),
    `  - return: { status: "\${{ steps.call${EFFECTS - 1}.status }}" }`,
  ].join('\n');
};

export const save = async (url: string, name: string, text: string): Promise<void> => {
  const response = await fetch(`${url}/api/v1/flows/${name}`, {
    method: 'PUT',
    headers: { ...authorised, 'Content-Type': 'application/yaml' },
    body: text,
  });
  if (!response.ok)
    throw new Error(`Flow ${name} was not saved: ${response.status} ${await response.text()}`);
};

export const putSource = async (url: string, name: string, source: object): Promise<void> => {
  const response = await fetch(`${url}/api/v1/sources/${name}`, {
    method: 'PUT',
    headers: { ...authorised, 'Content-Type': 'application/json' },
    body: JSON.stringify(source),
  });
  if (!response.ok)
    throw new Error(`Source ${name} was not made: ${response.status} ${await response.text()}`);
};

/** Many flows, all or none. */
export const push = async (
  url: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> => {
  const response = await fetch(`${url}/api/v1/flows/push`, {
    method: 'POST',
    headers: { ...authorised, 'Content-Type': 'application/json' },
    body: JSON.stringify({ files }),
  });
  if (!response.ok) throw new Error(`The push was refused: ${response.status} ${await response.text()}`);
};

export const saveFlows = async (url: string): Promise<void> => {
  await save(url, 'five', readFileSync(join(PROJECT, 'flows/examples/compose.yaml'), 'utf8'));
  await save(url, 'hundred', effects());
};

export const post = async (url: string, body: string): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
};

export interface HistoryState {
  /** runs that ended well and are in the history */
  readonly runs: number;
  /** when the last of them ended, in ms since the epoch; null without any */
  readonly lastEndedAt: number | null;
}

export const historyState = async (url: string): Promise<HistoryState> =>
  // What our own floor answers.
  (await (await fetch(`${url}/floor/history`)).json()) as HistoryState;

export const historyLength = async (url: string): Promise<number> => (await historyState(url)).runs;

/** Waits until the history holds so many runs; false when it still does not after `ms`. */
export const historyReaches = async (url: string, runs: number, ms: number): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if ((await historyLength(url)) >= runs) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
};
