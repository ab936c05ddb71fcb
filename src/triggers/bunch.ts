/** Cuts what goes to a lane into calls. */

const MOST = 100;
const LENGTH = 1_000_000;

/** At most {@link MOST} items and {@link LENGTH} units of text together; a longer one goes alone. */
export const bunched = <T>(items: readonly T[], lengthOf: (item: T) => number): T[][] => {
  const bunches: T[][] = [];
  let length = Infinity;
  for (const item of items) {
    const size = lengthOf(item);
    const last = bunches.at(-1);
    if (last !== undefined && last.length < MOST && length + size <= LENGTH) {
      last.push(item);
      length += size;
    } else {
      bunches.push([item]);
      length = size;
    }
  }
  return bunches;
};
