/** Errors of a form, each at the question it is about, in words for people who never saw the flow. */
import type { ProblemItem } from '../../domain/problem.ts';
import type { Input } from './inputs.ts';

/** Sentences by the path of their question; under '' what is about none. */
export type FormErrors = ReadonlyMap<string, string>;

const leaves = (inputs: readonly Input[]): readonly Input[] =>
  inputs.flatMap((input) =>
    input.control.kind === 'group' ? [input, ...leaves(input.control.parts)] : [input],
  );

/** `address.city` for itself, `lines[2]` and `json.a.b` for the question they belong to. */
const questionOf = (path: string, inputs: readonly Input[]): Input | undefined =>
  inputs
    .filter((input) => path === input.path || /^[.[]/.test(path.slice(input.path.length)))
    .filter((input) => path.startsWith(input.path))
    .toSorted((one, other) => other.path.length - one.path.length)[0];

const requiredSentence = ({ title, control }: Input): string => {
  switch (control.kind) {
    case 'choice':
      return `Choose one for “${title}”.`;
    case 'choices':
      return `Choose at least one for “${title}”.`;
    default:
      return `Fill in “${title}”.`;
  }
};

/** The message without the path in front of it, which only authors of flows can read. */
const restOf = ({ path, message }: ProblemItem): string =>
  message.startsWith(`"${path}" `) ? message.slice(path.length + 3) : message;

const sentenceFor = (item: ProblemItem, input: Input): string => {
  const { code } = item;
  const { field, title, control } = input;
  if (code === 'required' || (control.kind === 'group' && code === 'type')) return requiredSentence(input);
  if (code === 'pattern') {
    const hint = typeof field.description === 'string' ? `: ${field.description.replace(/\.$/, '')}` : '';
    return `“${title}” does not have the form that is asked for${hint}.`;
  }
  if (control.kind === 'check') return `“${title}” has to be ticked.`;
  if (code === 'type' && control.kind === 'number') {
    return `“${title}” must be a ${control.isWhole ? 'whole number' : 'number'}.`;
  }
  const place = /\[(\d+)\]/.exec(item.path.slice(input.path.length))?.[1];
  const line = place === undefined ? '' : `, entry ${Number(place) + 1},`;
  return `“${title}”${line} ${restOf(item).replace(/\.$/, '')}.`;
};

/** The first error of each question, in the order of the form. */
export const formErrorsOf = (items: readonly ProblemItem[], inputs: readonly Input[]): FormErrors => {
  const all = leaves(inputs);
  const found = new Map<string, string>();
  for (const item of items) {
    const input = questionOf(item.path, all);
    const path = input?.path ?? '';
    if (!found.has(path)) found.set(path, input === undefined ? item.message : sentenceFor(item, input));
  }
  const order = ['', ...all.map(({ path }) => path)];
  return new Map([...found].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
};
