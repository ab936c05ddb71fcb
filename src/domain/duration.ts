/** Durations as flows and settings write them: `500ms 30s 5m 6h 2d 1w`. */

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export const DURATION = /^(\d{1,9})(ms|s|m|h|d|w)$/;

/** Milliseconds, or undefined when the text is no duration. */
export const durationMs = (text: string): number | undefined => {
  const parts = DURATION.exec(text);
  if (parts === null) return undefined;
  // The pattern admits these units only.
  return Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS];
};
