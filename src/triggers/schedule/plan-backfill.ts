/**
 * Which times of a span a schedule called for: by the version that was in force at each, unless told otherwise. A
 * schedule that was changed since must not say what its past should have been.
 */
import type { Trigger } from '../../domain/flow.ts';
import { clockwork, dueAt, type Firing } from '../../schedules/firing.ts';
import type { FilledTick, VersionTrigger } from '../../storage/backfills.ts';

export interface Span {
  readonly flow: string;
  /** ms, both included */
  readonly from: number;
  readonly to: number;
  /** in place of those that were in force */
  readonly version?: number;
  readonly limit: number;
}

export interface PlannedTick extends FilledTick, Pick<Firing, 'local'> {}

export interface BackfillPlan {
  readonly ticks: readonly PlannedTick[];
  /** there are more than the limit */
  readonly isMore: boolean;
}

/** A version and the part of the span that it answers for. */
interface Reign extends VersionTrigger {
  readonly from: number;
  readonly to: number;
}

const reignsOf = (versions: readonly VersionTrigger[], { from, to, version }: Span): readonly Reign[] => {
  if (version !== undefined) {
    return versions.filter((one) => one.version === version).map((one) => ({ ...one, from, to }));
  }
  return versions.map((one, at) => {
    const replacedAt = versions[at + 1]?.createdAt ?? Infinity;
    return { ...one, from: Math.max(from, one.createdAt), to: Math.min(to, replacedAt - 1) };
  });
};

function* timesOf(flow: string, { trigger, version, from, to }: Reign): Generator<PlannedTick> {
  // Checked when the flow was saved.
  const schedule = JSON.parse(trigger) as Trigger;
  if (schedule.kind !== 'schedule') return;
  const next = clockwork(schedule);
  for (let firing = next(from - 1); firing !== null && firing.at <= to; firing = next(firing.at)) {
    const { at: nominal, local } = firing;
    yield { nominal, due: dueAt(schedule, flow, nominal), version, local };
  }
}

/** @param wants whether a time is to be filled in, by its nominal time */
export const planBackfill = (
  versions: readonly VersionTrigger[],
  span: Span,
  wants: (nominal: number) => boolean,
): BackfillPlan => {
  const ticks: PlannedTick[] = [];
  for (const reign of reignsOf(versions, span)) {
    for (const tick of timesOf(span.flow, reign)) {
      if (!wants(tick.nominal)) continue;
      if (ticks.length === span.limit) return { ticks, isMore: true };
      ticks.push(tick);
    }
  }
  return { ticks, isMore: false };
};
