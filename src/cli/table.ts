/** Tables and values for people. */
import { stripVTControlCharacters } from 'node:util';

const shown = (text: string): number => stripVTControlCharacters(text).length;

/** What came from outside must not move the cursor of somebody's terminal, nor break a line of a table. */
export const oneLine = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();

export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

/** Columns as wide as their widest cell; the last one is cut where the terminal ends. */
export const drawTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] => {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => shown(row[at] ?? ''))));
  const last = head.length - 1;
  const room = columns - widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  return all.map((row) =>
    row
      .map((cell, at) => {
        if (at < last) return cell + ' '.repeat((widths[at] ?? 0) - shown(cell) + 2);
        return shown(cell) > room ? shorten(stripVTControlCharacters(cell), Math.max(20, room)) : cell;
      })
      .join('')
      .trimEnd(),
  );
};

const two = (number: number): string => String(number).padStart(2, '0');

/** `2026-11-23 13:00:05` in the zone of the person at the terminal. */
export const clock = (at: number): string => {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** A length of time in at most two units: `12 ms`, `3.4 s`, `5 m 2 s`, `3 d 4 h`. */
export const span = (ms: number): string => {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1_000, 's'],
  ] as const;
  const at = units.findIndex(([size]) => ms >= size);
  const parts = units.slice(at, at + 2).map(([size, unit], index) => {
    const whole = index === 0 ? Math.floor(ms / size) : Math.floor((ms % (units[at]?.[0] ?? 1)) / size);
    return whole === 0 ? '' : `${whole} ${unit}`;
  });
  return parts.filter(Boolean).join(' ');
};

/** JSON for people: short values on one line. */
export const pretty = (value: unknown): string => {
  const line = JSON.stringify(value) ?? 'null';
  return line.length <= 80 ? line : JSON.stringify(value, null, 2);
};
