/** What a lane hands over of a run so that it can be looked at outside the lane: the copy, never the truth (E5). */
import type { RunSummary } from './run.ts';

/** Steps on one page of the history, and the JSON bytes of a page (a row of D1 ends at 2 MB). */
export const PAGE_STEPS = 200;
export const PAGE_BYTES = 400_000;

/** Values longer than this as JSON are shortened in the copy: size, hash and beginning stay. */
export const COPIED_VALUE_BYTES = 64_000;

/** Steps that stand together, as the JSON of a list. */
export interface CopiedPage {
  readonly count: number;
  readonly json: string;
}

/** Made into JSON once: thousands of these leave a lane in a second. */
export interface RunRecord {
  readonly summary: RunSummary;
  /** grows with every change of the run: an older copy never overwrites a newer one */
  readonly revision: number;
  /** what the text filter of lists looks in, besides the flow's name and the error */
  readonly subject: string;
  /** JSON of what the `RunDetail` has besides its summary, as `lean-copy.ts` writes it */
  readonly detail: string;
  /** at least one, at most {@link PAGE_STEPS} steps and about {@link PAGE_BYTES} each: `pagesOf` cuts them */
  readonly pages: readonly CopiedPage[];
}
