/** Every kind of source, by the name that `sluice sources add` takes. */
import type { SourceKind } from './kind.ts';

export const SOURCE_KINDS: Readonly<Record<string, SourceKind>> = {};
