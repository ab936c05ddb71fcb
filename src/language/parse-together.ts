/** Files that are saved or checked together: each is parsed, and what it calls is looked up among the others and the stored. */
import type { Flow, Parsed } from '../domain/flow.ts';
import { LIMITS } from '../domain/run.ts';
import type { Catalogue } from './catalogue.ts';
import { parseFlow } from './parse.ts';
import { flowsCalled } from './used.ts';

/** Flows that can be called, by `name` and `name@version`; what there is none of is left out. */
export type FindFlows = (names: readonly string[]) => Promise<ReadonlyMap<string, Flow | 'unread'>>;

export interface Knowing {
  readonly catalogue: Catalogue;
  /** asked for what is not among the files */
  readonly find: FindFlows;
  /** see `parseFlow` */
  readonly now?: number | undefined;
}

interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** In the order of the files. A file that cannot be read keeps its name for those that call it. */
export const parseTogether = async (
  files: readonly NamedText[],
  { catalogue, find, now }: Knowing,
): Promise<readonly Parsed[]> => {
  const alone = files.map(({ name, text }) => parseFlow(name, text, catalogue, now));
  if (!alone.some((parsed) => parsed.ok && flowsCalled(parsed.flow).length > 0)) return alone;
  const known = new Map<string, Flow | 'unread'>();
  for (const [index, { name }] of files.entries()) {
    const parsed = alone[index];
    known.set(name, parsed?.ok === true ? parsed.flow : 'unread');
  }
  await addCalled(known, find);
  return files.map(({ name, text }, index) => {
    const parsed = alone[index];
    if (parsed?.ok === true && flowsCalled(parsed.flow).length > 0)
      return parseFlow(name, text, { ...catalogue, flows: known }, now);
    return parsed ?? parseFlow(name, text, catalogue, now);
  });
};

/** What they call, and what that calls: a cycle may lead through flows that were saved long ago. */
const addCalled = async (known: Map<string, Flow | 'unread'>, find: FindFlows): Promise<void> => {
  const asked = new Set(known.keys());
  for (let depth = 0; depth < LIMITS.callDepth; depth += 1) {
    const flows = [...known.values()].filter((flow) => flow !== 'unread');
    const wanted = new Set(flows.flatMap(flowsCalled).filter((name) => !asked.has(name)));
    if (wanted.size === 0) return;
    for (const name of wanted) asked.add(name);
    for (const [name, flow] of await find([...wanted])) known.set(name, flow);
  }
};
