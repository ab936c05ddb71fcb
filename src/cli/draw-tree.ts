/** Draws a run and all that it has called, each below the one that called it. */
import { tookOf, type Run, type Tree } from './answers.ts';
import { paintStatus } from './status.ts';
import { oneLine, shorten } from './table.ts';
import type { Terminal } from './terminal.ts';

type Brush = Pick<Terminal, 'paint' | 'now' | 'columns'>;

const lineOf = (run: Run, { paint, now, columns }: Brush): string => {
  const error = run.error === null ? '' : `  ${oneLine(`${run.error.code}: ${run.error.message}`)}`;
  const plain = `${run.flow}@${run.version}  ${run.status}  ${tookOf(run, now())}  ${run.id}`;
  const room = Math.max(20, columns - plain.length - 2);
  const status = paintStatus(run.status, paint);
  return `${paint('bold', `${run.flow}@${run.version}`)}  ${status}  ${tookOf(run, now())}  ${paint('dim', run.id)}${shorten(error, room)}`;
};

export const drawTree = ({ run, descendants, isWhole }: Tree, brush: Brush): string[] => {
  const below = Map.groupBy(descendants, ({ parent }) => parent ?? '');
  const draw = (one: Run, depth: number): string[] => [
    '  '.repeat(depth) + lineOf(one, brush),
    ...(below.get(one.id) ?? []).flatMap((child) => draw(child, depth + 1)),
  ];
  const more = `Only the nearest ${descendants.length} are shown; sluice runs children RUN lists those of one.`;
  return [...draw(run, 0), ...(isWhole ? [] : [more])];
};
