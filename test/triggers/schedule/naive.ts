/** A naive oracle: it walks minute by minute, knows no croner, and judges each time by the words of the documents. */

const MINUTE = 60_000;

export interface Sketch {
  /** fires when the minute of the hour is divisible by this */
  readonly every: number;
  readonly missed: 'none' | 'last' | 'all';
  readonly windowMinutes: number;
}

/** The schedule of a flow from a minute on; null when it had none. */
export interface Version {
  readonly from: number;
  readonly sketch: Sketch;
}

export const textOf = ({ every, missed, windowMinutes }: Sketch): readonly string[] => [
  `cron: "*/${every} * * * *"`,
  `missed: ${missed}`,
  `missedWindow: ${windowMinutes}m`,
];

const versionAt = (versions: readonly Version[], at: number): Version | undefined =>
  versions.findLast(({ from }) => from <= at);

/** Every time that was called for up to a moment, with the version that called for it. */
export const calledFor = (versions: readonly Version[], until: number): ReadonlyMap<number, Version> => {
  const times = new Map<number, Version>();
  const [first] = versions;
  if (first === undefined) return times;
  for (let at = Math.ceil(first.from / MINUTE) * MINUTE; at <= until; at += MINUTE) {
    const version = versionAt(versions, at);
    if (version && ((at / MINUTE) % 60) % version.sketch.every === 0) times.set(at, version);
  }
  return times;
};

/** Whether a time starts its run when it is judged at a moment. */
export const starts = (times: ReadonlyMap<number, Version>, nominal: number, judgedAt: number): boolean => {
  const version = times.get(nominal);
  if (version === undefined) return false;
  const lateness = judgedAt - nominal;
  const onTime = lateness < 2 * MINUTE;
  if (version.sketch.missed === 'none') return onTime;
  if (!onTime && lateness > version.sketch.windowMinutes * MINUTE) return false;
  if (version.sketch.missed === 'all') return true;
  const later = [...times].some(([at, of]) => of === version && at > nominal && at <= judgedAt);
  return !later;
};
