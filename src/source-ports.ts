/** What judging a post may need of the world: a sender's keys from outside, and expressions of its settings. */
import type { Outgoing } from './connectors/compose.ts';
import { readCapped } from './connectors/read-capped.ts';
import { broken, nameOf, send } from './connectors/send.ts';
import type { ActionContext } from './domain/card.ts';
import { StepError } from './domain/errors.ts';
import type { Json } from './domain/json.ts';
import { lanePorts } from './lane-ports.ts';
import type { SourcePorts } from './sources/kind.ts';
import type { Bindings } from './storage/bindings.ts';
import { evaluateIn } from './triggers/event/evaluate-in.ts';

/** A key set has a few keys of 2 kB. */
const MAX_BYTES = 262_144;
const TIMEOUT_MS = 2_500;

const read = async (outgoing: Outgoing, context: ActionContext): Promise<Json> => {
  const name = nameOf(outgoing);
  const response = await send(outgoing, context);
  try {
    const { bytes, isTruncated } = await readCapped(response, MAX_BYTES, context.signal);
    if (response.status !== 200) throw new StepError('http_status', `${name} answered ${response.status}`);
    if (isTruncated) throw new StepError('too_large', `The answer of ${name} is over ${MAX_BYTES} bytes`);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new StepError('no_json', `The answer of ${name} is no JSON`);
    throw broken(error, context.signal, { name, happened: 'no' });
  }
};

export const sourcePorts = (env: Bindings, timeoutMs: number = TIMEOUT_MS): SourcePorts => {
  const { fetch, network, now, random } = lanePorts(env, new Map());
  return {
    fetchJson: (url) => {
      const headers = new Headers({ Accept: 'application/json' });
      const outgoing: Outgoing = { method: 'GET', url: new URL(url), headers, body: null, signedBy: null };
      const signal = AbortSignal.timeout(timeoutMs);
      return read(outgoing, { now: now(), random, effectKey: 'keys of a source', signal, fetch, network });
    },
    evaluate: (expression, value) => evaluateIn(expression, value, now()),
  };
};
