/** The five steps of the benchmark's flow, written by hand: what they give is what an engine would have to record. */

export interface Given {
  readonly name: string;
  readonly numbers: readonly number[];
}

export interface HandStep {
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
}

export interface HandRun {
  readonly id: string;
  readonly steps: readonly HandStep[];
  readonly outputs: { readonly answer: unknown; readonly size: string };
}

export const fiveSteps = (given: Given): HandRun => {
  const upper = given.name.toUpperCase();
  const greeting = `Hello, ${upper}!`;
  const sum = given.numbers.reduce((total, number) => total + number, 0);
  const answer = { greeting, sum: { value: sum, count: given.numbers.length } };
  const size = sum > 100 ? 'large' : 'small';
  return {
    id: crypto.randomUUID(),
    steps: [
      { name: 'upper', input: { text: given.name }, output: { text: upper } },
      { name: 'greeting', input: { values: { name: upper } }, output: { text: greeting } },
      { name: 'sum', input: { numbers: given.numbers }, output: { result: sum } },
      { name: 'answer', input: { greeting, sum }, output: { object: answer } },
      { name: 'size', input: { sum }, output: size },
    ],
    outputs: { answer, size },
  };
};
