/** From a flow's text to what may be saved: parsed, checked, its problems where they are. */
import type { Cards } from '../domain/card.ts';
import { FLOW_NAME } from '../domain/flow.ts';
import type { Parsed, Problem } from '../domain/flow.ts';
import type { ProblemItem } from '../domain/problem.ts';
import { catalogueOf } from '../language/catalogue.ts';
import { parseTogether } from '../language/parse-together.ts';
import { parseFlow } from '../language/parse.ts';
import type { Bindings } from '../storage/bindings.ts';
import { calledFlows } from '../storage/called-flows.ts';

export interface FlowText {
  readonly name: string;
  readonly text: string;
}

const NAME_RULE = 'segments of lower-case letters, digits and hyphens, joined by /, 100 characters at most';

/**
 * What is wrong with a name is a problem like others, so that a push says everything at once.
 * @param now where warnings are shown: they also tell of what is past
 */
export const parseText = ({ name, text }: FlowText, cards: Cards, now?: number): Parsed =>
  refusedName(name) ?? parseFlow(name, text, catalogueOf(cards), now);

const refusedName = (name: string): Parsed | undefined => {
  if (FLOW_NAME.test(name)) return undefined;
  const message = `"${name}" is no name of a flow: ${NAME_RULE}.`;
  return { ok: false, problems: [{ severity: 'error', path: '', code: 'invalid_name', message }] };
};

/**
 * Files that are checked or saved together, each against what it calls: another one of them, or what is stored.
 * @param isPruning a push that archives the stored flows from files which are not among these
 */
export const parseTexts = async (
  files: readonly FlowText[],
  { env, cards, now }: { readonly env: Bindings; readonly cards: Cards; readonly now?: number },
  isPruning = false,
): Promise<readonly Parsed[]> => {
  const find = (names: readonly string[]) => calledFlows(env.DB, names, isPruning);
  const parsed = await parseTogether(files, { catalogue: catalogueOf(cards), find, now });
  return parsed.map((each, index) => refusedName(files[index]?.name ?? '') ?? each);
};

export const problemsOf = (parsed: Parsed): readonly Problem[] =>
  parsed.ok ? parsed.warnings : parsed.problems;

/** @param flow is put before the paths when there are several flows */
export const itemOf = ({ severity: _severity, ...problem }: Problem, flow?: string): ProblemItem => ({
  ...problem,
  path: flow === undefined ? problem.path : `${flow}#${problem.path}`,
});

/** JSON is YAML; what begins like a JSON object and is one is kept as JSON. */
export const formatOf = (text: string): 'yaml' | 'json' => {
  if (!text.trimStart().startsWith('{')) return 'yaml';
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return 'yaml';
  }
};
