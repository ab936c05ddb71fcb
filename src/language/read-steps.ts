/** Steps from the file to the domain: each is read on its own, so that one fault hides no other. */
import type { Block, Step } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { LIMITS } from '../domain/run.ts';
import type { WrittenKind } from './file-steps.ts';
import { normaliseStep, STEP_SCHEMAS } from './normalise-step.ts';
import { didYouMean } from '../domain/near-match.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';

export interface Reading {
  readonly report: Report;
  /** Set once a step could not be read: what it would have declared is not known. */
  readonly broken: { any: boolean };
}

const isKind = (key: string): key is WrittenKind => Object.hasOwn(STEP_SCHEMAS, key);
const KINDS = Object.keys(STEP_SCHEMAS).filter(isKind);

/** The steps that lie in a member of a step: `do`, `then`, `elseIf[0].then`, `parallel.slack`. */
const blocksIn = (raw: JsonObject): readonly (readonly [Path, Json])[] => {
  const direct = ['then', 'else', 'try', 'catch', 'finally', 'do'].flatMap((key) =>
    raw[key] === undefined ? [] : [[[key], raw[key]] as const],
  );
  const branches = isObject(raw.parallel) ? Object.entries(raw.parallel) : [];
  const named = branches.map(([name, block]) => [['parallel', name], block] as const);
  const elseIf: readonly Json[] = Array.isArray(raw.elseIf) ? raw.elseIf : [];
  const others = elseIf.flatMap((branch, index) =>
    isObject(branch) && branch.then !== undefined ? [[['elseIf', index, 'then'], branch.then] as const] : [],
  );
  return [...direct, ...named, ...others];
};

/** A step that could not be read stands in as one that does nothing: the places of the others stay right. */
const standIn = (raw: Json, path: Path, reading: Reading): Step => {
  reading.broken.any = true;
  if (!isObject(raw)) return { kind: 'set', set: {} };
  for (const [inner, block] of blocksIn(raw)) readBlock(block, [...path, ...inner], reading);
  return { kind: 'set', set: {}, ...(typeof raw.id === 'string' ? { id: raw.id } : {}) };
};

const noKind = (keys: readonly string[], path: Path, report: Report): void => {
  const near = keys.map((key) => didYouMean(key, KINDS)).find((words) => words !== '') ?? '';
  const message = `A step has exactly one of these keys: ${KINDS.join(', ')}${near}`;
  report.error({ path, code: 'step_kind', message });
};

/** The one key that says what the step is; the rest is said in the report. */
const kindOf = (raw: JsonObject, path: Path, report: Report): WrittenKind | undefined => {
  const keys = Object.keys(raw);
  const kinds = keys.filter(isKind);
  const [kind, second] = kinds;
  if (kind === undefined) noKind(keys, path, report);
  else if (second !== undefined) {
    const message = `This step is both "${kind}" and "${second}": make two steps of it`;
    report.error({ path: [...path, second], code: 'step_kind', message, spot: 'key' });
  } else return kind;
  return undefined;
};

const isCardLoop = (raw: JsonObject): boolean => isObject(raw.forEach) && 'card' in raw.forEach;
const isAnswer = (raw: JsonObject): boolean => isObject(raw.wait) && 'answer' in raw.wait;

/** Parts of the language that this version knows of and does not do. */
const isAvailable = (raw: JsonObject, path: Path, report: Report): boolean => {
  const refused = isCardLoop(raw)
    ? ([
        ['forEach', 'card'],
        'forEach over a card is not available in this version: page with while',
      ] as const)
    : isAnswer(raw)
      ? ([['wait', 'answer'], 'Waiting for an answer is not available in this version'] as const)
      : undefined;
  if (refused === undefined) return true;
  report.error({ path: [...path, ...refused[0]], code: 'not_available', message: refused[1], spot: 'key' });
  return false;
};

const readStep = (raw: Json, path: Path, reading: Reading): Step => {
  const { report } = reading;
  if (!isObject(raw)) {
    report.error({ path, code: 'type', message: 'A step is an object with one key that says what it is' });
    return standIn(raw, path, reading);
  }
  const kind = kindOf(raw, path, report);
  if (kind === undefined || !isAvailable(raw, path, report)) return standIn(raw, path, reading);
  const step = normaliseStep(kind, raw, {
    report,
    path,
    readBlock: (block, ...inner) => readBlock(block, [...path, ...inner], reading),
  });
  return step ?? standIn(raw, path, reading);
};

const depthOf = (path: Path): number =>
  path.filter((member, index) => typeof member === 'number' && path[index - 1] !== 'elseIf').length;

/** What is no list of steps was reported by whoever read its step. */
export const readBlock = (raw: unknown, path: Path, reading: Reading): Block => {
  if (!Array.isArray(raw)) return [];
  if (depthOf(path) > LIMITS.depth) {
    const message = `Blocks are nested deeper than ${LIMITS.depth}: move the inner ones into a flow of their own`;
    reading.report.error({ path, code: 'too_deep', message });
    return [];
  }
  // The document was read as JSON.
  return (raw as readonly Json[]).map((step, index) => readStep(step, [...path, index], reading));
};
