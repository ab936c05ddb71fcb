/** Flows of engine tests, written as users write them. */
import { catalogueOf } from '../../src/language/catalogue.ts';
import { parseFlow } from '../../src/language/parse.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { testCards, World } from './world.ts';

const catalogue = catalogueOf(testCards(new World()));

/** Parses a flow; its `trigger` may be left out. */
export const flowOf = (yaml: string, name = 'test'): Flow => {
  const text = /^trigger:/m.test(yaml) ? yaml : `trigger: { kind: manual }\n${yaml}`;
  const parsed = parseFlow(name, text, catalogue);
  if (parsed.ok) return parsed.flow;
  throw new Error(parsed.problems.map((problem) => `${problem.line}: ${problem.message}`).join('\n'));
};

/** Several flows, by their names. */
export const flowsOf = (flows: Readonly<Record<string, string>>): readonly Flow[] =>
  Object.entries(flows).map(([name, yaml]) => flowOf(yaml, name));
