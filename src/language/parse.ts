/** From the text of a flow to a flow that can run, or to everything that is wrong with it. Never throws. */
import {
  FLOW_NAME,
  type Fields,
  type Flow,
  type Parsed,
  type Problem,
  type Trigger,
} from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Catalogue } from './catalogue.ts';
import { checkFlow } from './check-flow.ts';
import { checkSchedule } from './check-schedule.ts';
import { readDocument, type SourceDocument } from './document.ts';
import { fieldsToJsonSchema } from './fields.ts';
import { FieldsSchema } from './file-fields.ts';
import { SettingsSchema, UnreadFlow } from './file-flow.ts';
import { readPart } from './file-issues.ts';
import { TriggerSchema } from './file-triggers.ts';
import { normaliseTrigger } from './normalise-trigger.ts';
import { readBlock, type Reading } from './read-steps.ts';
import { newReport } from './report.ts';

const nameProblem = (name: string): Problem | undefined => {
  if (FLOW_NAME.test(name)) return undefined;
  const message =
    `"${name}" is no name for a flow: small letters, digits and hyphens, in folders with "/", ` +
    'at most 100 characters';
  return { severity: 'error', path: '', code: 'flow_name', message };
};

interface Knowing {
  readonly catalogue: Catalogue;
  readonly now: number | undefined;
}

interface ReadFlow {
  readonly flow: Flow;
  /** Undefined when it could not be read. */
  readonly trigger: Trigger | undefined;
}

const fieldsOf = (value: Json | undefined): Fields | undefined => FieldsSchema.safeParse(value).data;

/** Parts that have faults are replaced by what does no harm, so that the others can be read and checked. */
const readFlow = (name: string, raw: JsonObject, reading: Reading): ReadFlow => {
  const whole = readPart(UnreadFlow, raw, [], reading.report);
  const written = whole?.trigger ?? TriggerSchema.safeParse(raw.trigger).data;
  const outputs = whole === undefined ? fieldsOf(raw.outputs) : whole.outputs;
  const { timeout, ...settings } = whole?.settings ?? SettingsSchema.parse({});
  const trigger = written === undefined ? undefined : normaliseTrigger(written, settings.timezone);
  const flow: Flow = {
    name,
    ...(whole?.title === undefined ? {} : { title: whole.title }),
    ...(whole?.description === undefined ? {} : { description: whole.description }),
    trigger: trigger ?? { kind: 'manual' },
    inputs: whole?.inputs ?? fieldsOf(raw.inputs) ?? {},
    ...(outputs === undefined ? {} : { outputs }),
    steps: readBlock(raw.steps, ['steps'], reading),
    settings: { ...settings, timeoutMs: timeout },
  };
  return { flow, trigger };
};

/** Names alone when the inputs have faults: what stands below them is then anybody's guess. */
const inputSchema = (flow: Flow, raw: JsonObject): JsonObject => {
  const isRead = Object.keys(flow.inputs).length > 0 || !isObject(raw.inputs);
  if (isRead) return fieldsToJsonSchema(flow.inputs);
  return { properties: Object.fromEntries(Object.keys(raw.inputs ?? {}).map((name) => [name, {}])) };
};

const readAndCheck = (name: string, document: SourceDocument, { catalogue, now }: Knowing): Parsed => {
  const report = newReport(document);
  const raw = document.value;
  if (!isObject(raw)) {
    const message = 'A flow is an object with at least "trigger" and "steps"';
    report.error({ path: [], code: 'type', message });
    return { ok: false, problems: report.problems() };
  }
  const reading: Reading = { report, broken: { any: false } };
  const { flow, trigger } = readFlow(name, raw, reading);
  checkFlow(flow, trigger?.kind, {
    catalogue,
    report,
    inputs: inputSchema(flow, raw),
    lineAt: (path) => document.locate(path, 'value').line,
    isBroken: reading.broken.any,
  });
  if (trigger?.kind === 'schedule') checkSchedule(trigger, raw.trigger, { report, now });
  const problems = report.problems();
  const isFine = problems.every(({ severity }) => severity === 'warning');
  return isFine ? { ok: true, flow, warnings: problems } : { ok: false, problems };
};

/**
 * @param name the path of the file in `flows/`, without its ending
 * @param now for warnings of what is past, and of what the clocks are about to do; left out, there are none of these
 */
export const parseFlow = (name: string, text: string, catalogue: Catalogue, now?: number): Parsed => {
  const wrongName = nameProblem(name);
  const read = readDocument(text);
  const parsed: Parsed = read.ok
    ? readAndCheck(name, read.document, { catalogue, now })
    : { ok: false, problems: read.problems };
  if (wrongName === undefined) return parsed;
  return { ok: false, problems: [wrongName, ...(parsed.ok ? parsed.warnings : parsed.problems)] };
};
