/** `sluice events replay`: new runs of events that came before, of one or of all that the flags choose. */
import * as z from 'zod';
import { askApi } from '../api.ts';
import { command, type Call } from '../command.ts';
import { EventVerdict, paintVerdict } from '../event-answers.ts';
import { CliError, type Ending } from '../exit.ts';
import { sinceOf } from '../given.ts';
import { oneLine } from '../table.ts';
import { CHOICE } from './events.ts';

const OPTIONS = {
  ...CHOICE,
  flow: { type: 'string', value: 'NAME', help: 'start runs of this flow only' },
  had: { type: 'string', value: 'FLOW', help: 'events that have a verdict for this flow' },
  dry: { type: 'boolean', help: 'only count them' },
  replay: {
    type: 'string',
    value: 'ID',
    help: 'of a replay that was cut off: goes on, and starts nothing twice',
  },
} as const;

const One = z.looseObject({ replay: z.string(), event: z.string(), verdicts: z.array(EventVerdict) });
const Part = z.looseObject({
  replay: z.string().nullable(),
  events: z.number(),
  started: z.number(),
  items: z.array(z.looseObject({ event: z.string(), verdicts: z.array(EventVerdict) })),
  next: z.string().nullable(),
});
type Part = z.output<typeof Part>;

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const replayOne = async (
  { api, terminal, args, isJson }: Call,
  flow: string | undefined,
): Promise<Ending> => {
  const path = `/api/v1/events/${encodeURIComponent(args[0] ?? '')}/replay`;
  const done = await askApi(api, path, { method: 'POST', body: { flow }, gives: One });
  if (isJson) terminal.out(JSON.stringify(done));
  else {
    for (const { flow: name, verdict, run, reason } of done.verdicts) {
      const about = run ?? oneLine(reason ?? '');
      terminal.out(`${name ?? 'all flows'}  ${paintVerdict(verdict, terminal.paint)}  ${about}`.trimEnd());
    }
  }
  return 'done';
};

interface Chosen {
  readonly filter: Readonly<Record<string, unknown>>;
  readonly flow: string | undefined;
  readonly dry: boolean;
  readonly replay: string | undefined;
}

/** Part by part: what is done stays done, whatever becomes of the next one. */
const replayMany = async ({ api, terminal, isJson }: Call, chosen: Chosen): Promise<Ending> => {
  let [events, started] = [0, 0];
  let { replay } = chosen;
  let cursor: string | undefined;
  do {
    const body = { ...chosen, replay, cursor };
    const part: Part = await askApi(api, '/api/v1/events/replay', { method: 'POST', body, gives: Part });
    if (replay === undefined && part.replay !== null && !isJson) terminal.note(`Replay ${part.replay}`);
    replay = part.replay ?? replay;
    events += part.events;
    started += part.started;
    cursor = part.next ?? undefined;
    if (cursor !== undefined && !isJson) terminal.note(`${many(events, 'event')} so far …`);
  } while (cursor !== undefined);
  if (isJson) terminal.out(JSON.stringify({ replay: replay ?? null, events, started }));
  else if (chosen.dry) terminal.out(`${many(events, 'event')} would be replayed.`);
  else terminal.out(`${many(events, 'event')} replayed, ${many(started, 'run')} started.`);
  return 'done';
};

export const eventsReplay = command({
  name: 'events replay',
  summary: 'starts new runs of an event, or of all events that the flags choose',
  takes: ['[event]'],
  options: OPTIONS,
  notes: [
    'Flows judge the events as they are now, the oldest event first. Events that come meanwhile are not among them.',
  ],
  run: async (call) => {
    const { args, flags, terminal } = call;
    const { source, type, subject, verdict, had, since, until } = flags;
    const now = terminal.now();
    const [from, to] = [sinceOf(since, now), sinceOf(until, now, '--until')];
    const filter = { source, type, subject, verdict, flow: had, from, to };
    const isChosen = Object.values(filter).some((given) => given !== undefined);
    if (args[0] === undefined && !isChosen) {
      throw new CliError('usage', 'Say which: the id of an event, or flags such as --source and --since.');
    }
    if (args[0] !== undefined && (isChosen || flags.dry === true || flags.replay !== undefined)) {
      throw new CliError('usage', 'With the id of an event there is nothing else to choose but --flow.');
    }
    if (args[0] !== undefined) return replayOne(call, flags.flow);
    return replayMany(call, { filter, flow: flags.flow, dry: flags.dry === true, replay: flags.replay });
  },
});
