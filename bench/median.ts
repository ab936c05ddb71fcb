/** The middle of some figures; of an even number of them the mean of the middle two. NaN of none. */
export const median = (figures: readonly number[]): number => quantile(figures, 0.5);

/** @param share 0 to 1; between two figures, in proportion */
export const quantile = (figures: readonly number[], share: number): number => {
  const sorted = figures.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
};
