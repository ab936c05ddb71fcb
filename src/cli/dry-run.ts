/** Shows a dry run: what was computed, and which requests would have been made. */
import * as z from 'zod';
import type { Json } from '../domain/json.ts';
import { Failure } from './answers.ts';
import type { Call } from './command.ts';
import type { Ending } from './exit.ts';
import { oneLine, pretty } from './table.ts';

/** An effect that a real run would have. */
const Planned = z.looseObject({ path: z.string(), card: z.string().nullish(), request: z.json().optional() });

export const DryRun = z.looseObject({
  status: z.string(),
  outputs: z.json().nullish(),
  error: Failure.nullish(),
  effects: z.array(Planned),
});
export type DryRun = z.output<typeof DryRun>;

export const drawDryRun = ({ terminal, isJson }: Call, dry: DryRun, answer: Json): Ending => {
  if (isJson) {
    terminal.out(JSON.stringify(answer));
    return dry.status === 'failed' ? 'failed' : 'done';
  }
  const { paintNote } = terminal;
  for (const { path, card, request } of dry.effects) {
    terminal.note(
      `${paintNote('yellow', '○')} ${path}  ${paintNote('dim', `${card ?? 'effect'}, not sent`)}`,
    );
    if (request !== undefined) for (const line of pretty(request).split('\n')) terminal.note(`    ${line}`);
  }
  if (dry.effects.length === 0)
    terminal.note(paintNote('dim', 'It reaches nothing outside that would change.'));
  if (dry.error)
    terminal.note(paintNote('red', `■ failed  ${dry.error.code}: ${oneLine(dry.error.message)}`));
  else if (dry.outputs != null) terminal.out(pretty(dry.outputs));
  return dry.status === 'failed' ? 'failed' : 'done';
};
