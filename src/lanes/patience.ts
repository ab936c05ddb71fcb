/** Waiting for something, but not for ever. */
import type { Ports } from '../engine/ports.ts';

/** Resolves when the work has ended, or after `ms`: whichever comes first. Leaves no timer behind. */
export const waitAtMost = async (
  ports: Pick<Ports, 'after'>,
  ms: number,
  work: Promise<unknown>,
): Promise<void> => {
  let cancel = (): void => undefined;
  const enough = new Promise<void>((resolve) => {
    cancel = ports.after(ms, resolve);
  });
  try {
    await Promise.race([work, enough]);
  } finally {
    cancel();
  }
};
