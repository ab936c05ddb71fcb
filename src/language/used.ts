/** What a flow needs from the installation it runs in. */
import { type CallStep, type Flow, versioned } from '../domain/flow.ts';
import { compileExpression } from './expression.ts';
import { namesOf } from './names.ts';
import { placedSteps } from './placed-steps.ts';
import { expressionsIn } from './template.ts';

const cardsOf = (flow: Flow) =>
  placedSteps(flow.steps, []).flatMap(([, step]) => (step.kind === 'card' ? [step] : []));

/** `name`, or `name@version` when the step pins one. */
export const calledName = ({ call, version }: CallStep): string =>
  version === undefined ? call : versioned(call, version);

/** The flows that it calls. */
export const flowsCalled = (flow: Flow): readonly string[] =>
  sorted(placedSteps(flow.steps, []).flatMap(([, step]) => (step.kind === 'call' ? [calledName(step)] : [])));

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

/** Names of the secrets that its cards are given. */
export const secretsUsed = (flow: Flow): readonly string[] =>
  sorted(
    cardsOf(flow)
      .flatMap((step) => expressionsIn(step.with))
      .flatMap(({ source }) => {
        const compiled = compileExpression(source);
        return compiled.ok ? namesOf(compiled.expression) : [];
      })
      .flatMap(({ name, path }) => (name === 'secrets' && path[0] !== undefined ? [path[0]] : [])),
  );

/** Names of the connections that its cards name; a card may find its connection without. */
export const connectionsUsed = (flow: Flow): readonly string[] =>
  sorted(cardsOf(flow).flatMap(({ connection }) => (connection === undefined ? [] : [connection])));
