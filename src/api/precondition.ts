/** `If-Match` and `If-None-Match: *` (RFC 9110, section 13.1); a flow's tag is its version. */
import { refuse } from '../domain/problem.ts';
import type { Precondition } from '../storage/save-flows.ts';

export const tagOf = (version: number): string => `"${version}"`;

/** Proxies that compress make tags weak: what is compared is the version, so that does no harm. */
const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/** Refuses `stale` when what is there is not what the writer read. */
export const preconditionOf = (request: Request): Precondition => {
  const match = request.headers.get('If-Match');
  const noneMatch = request.headers.get('If-None-Match');
  return (flow) => {
    const tag = flow && flow.status !== 'archived' ? tagOf(flow.version) : undefined;
    if (noneMatch?.trim() === '*' && tag !== undefined) {
      return refuse('stale', `The flow exists already, as version ${flow?.version}.`);
    }
    if (match === null) return undefined;
    if (tag === undefined) return refuse('stale', 'The flow does not exist (any more).');
    const tags = tagsOf(match);
    if (tags.includes('*') || tags.includes(tag)) return undefined;
    return refuse('stale', `The flow is at version ${flow?.version} by now: read it again, then save.`);
  };
};
