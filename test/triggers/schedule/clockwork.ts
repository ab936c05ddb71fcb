/** An installation whose time a test moves: real tables, a queue in hand, and flows that a clock starts. */
import { env } from 'cloudflare:workers';
import { parseFlow } from '../../../src/language/parse.ts';
import type { Bindings } from '../../../src/storage/bindings.ts';
import { draftOf } from '../../../src/storage/flow-draft.ts';
import { saveFlows } from '../../../src/storage/save-flows.ts';
import type { TicksMessage } from '../../../src/triggers/messages.ts';

export const MINUTE = 60_000;
export const at = (iso: string): number => Date.parse(iso);

/** A flow that a schedule starts: `schedule('cron: "* * * * *"', 'missed: all')`. */
export const schedule = (...lines: readonly string[]): string =>
  `trigger:\n  kind: schedule\n${lines.map((line) => `  ${line}\n`).join('')}steps: [{ return: {} }]\n`;

/** Saves flows at a moment; `null` is a flow that any trigger but the clock starts. */
export const save = async (
  flows: Readonly<Record<string, string>>,
  now: number,
  prune = false,
): Promise<void> => {
  const drafts = Object.entries(flows).map(([name, text]) => {
    const parsed = parseFlow(name, text, { cards: new Map() });
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
    return draftOf({ name, format: 'yaml', text, definition: parsed.flow });
  });
  const writer = { origin: 'files', by: 'test', at: now, force: true } as const;
  const saved = await saveFlows(env.DB, await Promise.all(drafts), writer, { prune });
  if (!saved.ok) throw new Error(saved.detail);
};

export interface QueueInHand {
  readonly env: Bindings;
  readonly messages: TicksMessage[];
  /** `flow time` of every tick that was sent, in the order of sending */
  readonly sent: () => string[];
  /** whether it takes messages at all */
  isOpen: boolean;
}

export const minute = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** Bindings whose queue keeps what it is sent; `more` replaces others. */
export const withQueue = (more: Partial<Bindings> = {}): QueueInHand => {
  const messages: TicksMessage[] = [];
  const take = async (batch: Iterable<MessageSendRequest<TicksMessage>>): Promise<void> => {
    if (!hand.isOpen) throw new Error('The queue is closed.');
    for (const { body } of batch) messages.push(body);
  };
  // The tick sends batches and nothing else.
  const queue = { sendBatch: take } as unknown as Queue;
  const hand: QueueInHand = {
    env: { ...env, EVENTS: queue, ...more },
    messages,
    sent: () =>
      messages.flatMap(({ ticks }) => ticks.map(({ flow, nominal }) => `${flow} ${minute(nominal)}`)),
    isOpen: true,
  };
  return hand;
};

interface Line {
  readonly flow: string;
  readonly nominal: number;
  readonly due: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly version: number;
  readonly run: string | null;
  readonly actual: number;
}

export const lines = async (flow: string): Promise<readonly Line[]> =>
  (
    await env.DB.prepare('SELECT * FROM ticks WHERE flow = ?1 ORDER BY nominal, backfill')
      .bind(flow)
      .all<Line>()
  ).results;

/** `12:01 due`, a line for each of the flow's ticks. */
export const ledger = async (flow: string): Promise<readonly string[]> =>
  (await lines(flow)).map(({ nominal, outcome }) => `${minute(nominal)} ${outcome}`);
