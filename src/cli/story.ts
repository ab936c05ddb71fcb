/** Tells a run as it happens: a line for each entry of its journal that a person wants to see. */
import * as z from 'zod';
import { Failure, msOf, When, type Entry } from './answers.ts';
import { clock, oneLine, shorten, span } from './table.ts';
import type { Paint } from './terminal.ts';

/** The members that lines need, whatever the entry; each entry has only some. */
const Told = z.looseObject({
  path: z.string().default(''),
  attempt: z.number().default(1),
  version: z.number().optional(),
  flow: z.string().default(''),
  error: Failure.optional(),
  retryAt: When.optional(),
  reason: z.string().default(''),
  probeAt: When.optional(),
  until: When.optional(),
  status: z.string().default(''),
  by: z.string().default(''),
  how: z.string().default(''),
});
type Told = z.output<typeof Told>;

export interface Story {
  /** The line to show, or undefined for what only machines care about. */
  readonly tell: (entry: Entry) => string | undefined;
}

const failureText = (error: Failure | undefined): string =>
  error === undefined ? 'failed' : `${error.code}: ${shorten(oneLine(error.message), 300)}`;

const finishedLine = ({ status, error, reason }: Told, took: string, paint: Paint): string => {
  if (status === 'succeeded') return `${paint('green', '■ succeeded')} ${paint('dim', `in ${took}`)}`;
  if (status === 'cancelled') return `${paint('yellow', '■ cancelled')} ${paint('dim', `after ${took}`)}`;
  const why = error === undefined ? oneLine(reason) : failureText(error);
  return `${paint('red', '■ failed')} ${paint('dim', `after ${took}`)}  ${why}`;
};

type Lines = Readonly<Record<string, (told: Told, at: number) => string | undefined>>;

/** What needs no memory of the entries before. */
const plainLines = (paint: Paint): Lines => ({
  created: ({ flow, version }) => `${paint('bold', `▶ ${flow}`)}${paint('dim', `@${version}`)}`,
  gathered: () => paint('dim', '+ another event, before it has begun'),
  begun: () => `${paint('cyan', '▶')} its turn has come`,
  skipped: ({ path }) => paint('dim', `– ${path}  skipped`),
  doubted: ({ path, reason, probeAt }) => {
    const what = probeAt === undefined ? 'in doubt' : 'looking whether it happened';
    return `${paint('yellow', '?')} ${path}  ${what}: ${oneLine(reason)}`;
  },
  settled: ({ path, by }) => `${paint('cyan', '!')} ${path}  may be repeated, says ${oneLine(by)}`,
  parked: ({ path, until }) =>
    `${paint('cyan', '⏸')} ${path}  waits${until === undefined ? '' : ` until ${clock(msOf(until))}`}`,
  left: ({ path, how }) => paint('dim', `↳ ${path}  ${how}`),
  responded: ({ path }) => paint('dim', `↳ ${path}  answered the caller`),
  ending: ({ status, by }) =>
    `${paint('yellow', '■')} is to end ${status}${by === '' ? '' : `, by ${oneLine(by)}`}`,
  retried: ({ attempt, version }) => paint('bold', `▶ attempt ${attempt} of the run, version ${version}`),
});

/** What says how long an attempt took: it remembers when attempts began. */
const timedLines = (paint: Paint): Lines => {
  const begun = new Map<string, number>();
  const took = (path: string, at: number): string => {
    const start = begun.get(path);
    return start === undefined ? '' : paint('dim', `  ${span(at - start)}`);
  };
  return {
    attempted: ({ path, attempt }, at) => {
      begun.set(path, at);
      return attempt > 1 ? `${paint('dim', '…')} ${path}  attempt ${attempt}` : undefined;
    },
    succeeded: ({ path }, at) => `${paint('green', '✓')} ${path}${took(path, at)}`,
    failed: ({ path, error, retryAt }, at) => {
      const again = retryAt === undefined ? '' : paint('dim', `  again in ${span(msOf(retryAt) - at)}`);
      const mark = retryAt === undefined ? paint('red', '✗') : paint('yellow', '↻');
      return `${mark} ${path}${took(path, at)}  ${failureText(error)}${again}`;
    },
  };
};

export const newStory = (paint: Paint): Story => {
  let startedAt: number | undefined;
  const lines: Lines = {
    ...plainLines(paint),
    ...timedLines(paint),
    finished: (told, at) => finishedLine(told, span(at - (startedAt ?? at)), paint),
  };
  return {
    tell: (entry) => {
      const at = msOf(entry.at);
      startedAt ??= at;
      const told = Told.parse(entry);
      return Object.hasOwn(lines, entry.type) ? lines[entry.type]?.(told, at) : undefined;
    },
  };
};
