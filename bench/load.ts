/** A process that sends requests over kept connections and says how long each took. Started by rounds.ts. */
import { Agent, request } from 'node:http';

export interface LoadOrder {
  readonly url: string;
  readonly body: string;
  /** what every answer must be; anything else counts as wrong */
  readonly expected: string;
  readonly connections: number;
  readonly ms: number;
  /** a text in `body` for which every request has another one */
  readonly mark?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** ends it before its time is over */
  readonly most?: number;
}

export interface Loaded {
  readonly answered: number;
  readonly wrong: number;
  /** the first wrong answer */
  readonly example: string | null;
  readonly seconds: number;
  /** milliseconds, in no order */
  readonly latencies: readonly number[];
}

/** Of a process of its own, so that no two of them send the same. */
const own = crypto.randomUUID();
let sent = 0;

const bodyOf = ({ body, mark }: LoadOrder): string => {
  sent += 1;
  return mark === undefined ? body : body.replaceAll(mark, `${own}-${sent}`);
};

const send = (agent: Agent, order: LoadOrder): Promise<string> =>
  new Promise((resolve, reject) => {
    const body = bodyOf(order);
    const length = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const headers = { ...length, ...order.headers };
    const asked = request(order.url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve(response.statusCode === 200 ? text : `${response.statusCode} ${text}`),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });

const load = async (order: LoadOrder): Promise<Loaded> => {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const latencies: number[] = [];
  let begunSending = 0;
  let wrong = 0;
  let example: string | null = null;
  const begun = performance.now();
  const connection = async (): Promise<void> => {
    for (let at = performance.now(); at - begun < order.ms; at = performance.now()) {
      if (begunSending >= (order.most ?? Infinity)) return;
      begunSending += 1;
      const text = await send(agent, order).catch(String);
      latencies.push(performance.now() - at);
      if (text === order.expected) continue;
      wrong += 1;
      example ??= text;
    }
  };
  await Promise.all(Array.from({ length: order.connections }, connection));
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  return { answered: latencies.length - wrong, wrong, example, seconds, latencies };
};

process.on('message', (order: LoadOrder) => {
  void load(order).then((loaded) => process.send?.(loaded));
});
process.on('disconnect', () => process.exit(0));
