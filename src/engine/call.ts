/** Calling another flow: which one, with what, and how deep. The call is an entry; the run begins once that is committed. */
import { StepError } from '../domain/errors.ts';
import type { CallStep, Flow } from '../domain/flow.ts';
import { versioned } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject, utf8Length } from '../domain/json.ts';
import type { Ancestor, Entry } from '../domain/run.ts';
import { LIMITS } from '../domain/run.ts';
import { checkFields } from '../language/fields.ts';
import { evaluate, tooLarge } from './control.ts';
import type { Here } from './control.ts';
import type { Child, Children, FoundHelper, Ports } from './ports.ts';
import { standing } from './state.ts';
import type { RunState } from './state.ts';

type Called = Extract<Entry, { type: 'called' }>;
type Found = Extract<FoundHelper, { kind: 'found' }>;

export interface Calling {
  readonly entry: Called;
  readonly child: Child;
}

/** Throws `StepError` when there is nothing to call, or not with this; `Unavailable` when D1 does not answer. */
export const performCall = async (
  world: { readonly ports: Ports; readonly children: Children },
  here: Here,
  step: CallStep,
): Promise<Calling> => {
  const { state, path, now } = here;
  refuseTooDeep(state, step);
  const { flow, version } = await helperFor(world.ports, step.call, step.version ?? null);
  const inputs = inputsFor(flow, (await evaluate(here, step.with)) ?? {});
  const run = await world.children.mint(flow, now);
  const base = { type: 'called', at: now, path, run, flow: flow.name, version, inputs } as const;
  const entry: Called = { ...base, async: step.async };
  return { entry, child: childOf(state, entry, flow) };
};

/** The run that an entry calls; its caller's step must be standing. */
export const childOf = (state: RunState, called: Called, flow: Flow): Child => {
  const { at, path, run, version, inputs } = called;
  const index = standing(state, path)?.frame.loop?.index;
  const parent = {
    run: state.id,
    path,
    ...(index === undefined ? {} : { index }),
    ...(called.async ? { async: true as const } : {}),
  };
  const url = state.created.url.replace(state.id, run);
  const created: Child['created'] = {
    type: 'created',
    at,
    flow: flow.name,
    version,
    url,
    trigger: 'helper',
    caller: { kind: 'run', id: state.id },
    inputs,
    parent,
    chain: chainFor(state),
  };
  return { run, flow, version, created };
};

const chainFor = ({ id, created }: RunState): readonly Ancestor[] => [
  ...(created.chain ?? []),
  { run: id, flow: created.flow },
];

const refuseTooDeep = (state: RunState, step: CallStep): void => {
  const chain = chainFor(state);
  if (chain.length <= LIMITS.callDepth) return;
  const names = [...chain.map(({ flow }) => flow), step.call].join(' → ');
  const message = `Flows call one another more than ${LIMITS.callDepth} deep: ${names}`;
  throw new StepError('too_deep', message, { retry: 'no' });
};

/** Throws `StepError` when there is none that may be called. */
export const helperFor = async (ports: Ports, name: string, version: number | null): Promise<Found> => {
  const found = await ports.helper(name, version);
  if (found.kind !== 'found') throw notFound(found.kind, name, version);
  const { kind } = found.flow.trigger;
  if (kind === 'helper') return found;
  const rule = 'only flows with "trigger: { kind: helper }" can be called';
  throw new StepError('not_a_helper', `The trigger of "${name}" is of kind ${kind}: ${rule}`);
};

const notFound = (why: 'missing' | 'disabled', name: string, version: number | null): StepError => {
  const wanted = version === null ? name : versioned(name, version);
  if (why === 'missing') return new StepError('helper_missing', `There is no helper "${wanted}"`);
  const how = `npx sluice flows enable ${name}`;
  return new StepError('helper_disabled', `The helper "${wanted}" is disabled; enable it with: ${how}`);
};

/** Fitted to what the helper declares: it may have changed since its caller was saved. */
const inputsFor = ({ name, inputs }: Flow, given: Json): JsonObject => {
  const checked = checkFields(inputs, isObject(given) ? given : {}, { from: 'fit' });
  if (!checked.ok) {
    const faults = checked.errors.map((error) => error.message).join('; ');
    throw new StepError('invalid_input', `Helper "${name}" cannot take its inputs: ${faults}`, {
      retry: 'no',
    });
  }
  const bytes = utf8Length(JSON.stringify(checked.value));
  if (bytes > LIMITS.outputBytes) throw tooLarge(bytes);
  return checked.value;
};
