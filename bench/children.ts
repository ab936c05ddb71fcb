/**
 * Calls: one run that calls a helper for each item of a list and gathers what it gives; the helper has two pure steps,
 * or one request to a sink on the same machine.
 */
import { median } from './median.ts';
import { historyReaches, historyState, post, save } from './subject.ts';
import { withSink } from './sink.ts';

export interface Fan {
  readonly items: number;
  /** from the call to the answer with all results */
  readonly answeredMs: number;
  /** until the history has the run and all that it called */
  readonly inHistoryMs: number;
}

export interface Pace {
  readonly rounds: number;
  readonly items: number;
}

export interface Children {
  readonly pure: Fan;
  readonly effects: Fan;
}

const HELPERS = {
  'fan-pure': `
trigger: { kind: helper }
inputs: { number: { type: integer } }
steps:
  - id: text
    card: text.compose
    with: { template: "item {{number}}", values: { number: "\${{ inputs.number }}" } }
  - id: upper
    card: text.upperCase
    with: { text: "\${{ steps.text.text }}" }
  - return: { text: "\${{ steps.upper.text }}" }
outputs: { text: { type: string } }
`,
  'fan-effect': `
trigger: { kind: helper }
inputs: { url: { type: string } }
steps:
  - id: call
    card: http.request
    with: { url: "\${{ inputs.url }}" }
  - return: { text: "\${{ $string(steps.call.status) }}" }
outputs: { text: { type: string } }
`,
} as const;

const parent = (helper: keyof typeof HELPERS, given: string): string => `
trigger: { kind: api, auth: public, wait: 60s }
inputs: { items: { type: array, items: {} } }
steps:
  - id: all
    forEach: "\${{ inputs.items }}"
    concurrency: 200
    do: [{ call: ${helper}, with: { ${given}: "\${{ item }}" } }]
  - return: { count: "\${{ $count(steps.all.results) }}", ok: "\${{ steps.all.counts.ok }}" }
`;

const fan = async (url: string, flow: string, list: readonly unknown[]): Promise<Fan> => {
  const { runs } = await historyState(url);
  const begun = performance.now();
  const answer = await post(`${url}/invoke/${flow}`, JSON.stringify({ items: list }));
  const answeredMs = performance.now() - begun;
  const expected = JSON.stringify({ count: list.length, ok: list.length });
  if (answer !== expected) throw new Error(`The fan-out answered ${answer} instead of ${expected}`);
  if (!(await historyReaches(url, runs + list.length + 1, 60_000)))
    throw new Error('The history lacks some of what was called.');
  return { items: list.length, answeredMs, inHistoryMs: performance.now() - begun };
};

/** The median by the answer. */
const several = async (rounds: number, once: () => Promise<Fan>): Promise<Fan> => {
  const fans: Fan[] = [];
  for (let round = 0; round < rounds; round += 1) fans.push(await once());
  const middle = median(fans.map(({ answeredMs }) => answeredMs));
  const found = fans.find(({ answeredMs }) => answeredMs >= middle);
  if (found === undefined) throw new Error('There was no round.');
  return found;
};

export const measureChildren = (url: string, order: Pace): Promise<Children> =>
  withSink(async (sink) => {
    for (const [name, text] of Object.entries(HELPERS)) await save(url, name, text);
    await save(url, 'fan-out', parent('fan-pure', 'number'));
    await save(url, 'fan-out-effects', parent('fan-effect', 'url'));
    const list = Array.from({ length: order.items }, (_, number) => number);
    const { rounds } = order;
    await fan(url, 'fan-out', list);
    return {
      pure: await several(rounds, () => fan(url, 'fan-out', list)),
      effects: await several(rounds, () =>
        fan(
          url,
          'fan-out-effects',
          list.map(() => sink),
        ),
      ),
    };
  });
