/** Where a sign-in returns to: a path of this installation, whatever was asked for. */

const HOME = '/delegated';
const MOST_CHARACTERS = 2_000;
const ANY_ORIGIN = 'https://sluice.invalid';

/**
 * The path and query of an address of ours; `/delegated` for everything else: other hosts in any spelling, and the
 * sign-in itself, which would lead in a circle.
 */
export const localPath = (given: string | null | undefined): string => {
  if (given === null || given === undefined || given.length > MOST_CHARACTERS) return HOME;
  if (!given.startsWith('/')) return HOME;
  const url = URL.parse(given, ANY_ORIGIN);
  if (url?.origin !== ANY_ORIGIN) return HOME;
  const path = url.pathname + url.search;
  // `/.//host` is a path to the parser, and another host to the browser that is sent there.
  return path.startsWith('//') || /^\/sign-(in|out)(\/|\?|$)/.test(path) ? HOME : path;
};
