/** The examples of action cards, run as tests: the same in Node and in workerd. */
import { expect, it } from 'vitest';
import type { ActionCard, ActionExample } from '../../src/domain/card.ts';
import { StepError } from '../../src/domain/errors.ts';
import { contextFor } from './context.ts';

const answerOf = ({ answer }: ActionExample): Response => {
  const { status, body = null } = answer;
  const text = typeof body === 'string' || body === null ? body : JSON.stringify(body);
  const response = new Response(text, { status });
  // What the runtime adds by itself, the callee of the example did not send.
  response.headers.delete('content-type');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.headers.set(name, value);
  return response;
};

const sentBody = async (request: Request): Promise<unknown> => {
  // Not text(): workerd warns of it where the content type is no text.
  const text = new TextDecoder().decode(await request.arrayBuffer());
  if (text === '') return undefined;
  return request.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text;
};

export const testExamples = (id: string, card: ActionCard): void => {
  for (const example of card.examples) {
    it(`${id}: ${example.title ?? JSON.stringify(example.input)}`, async () => {
      const sent: unknown[] = [];
      const fetch = async (request: Request): Promise<Response> => {
        sent.push({ method: request.method, url: request.url, body: await sentBody(request) });
        return answerOf(example);
      };

      const outcome = await Promise.resolve(
        card.perform(card.input.parse(example.input), contextFor({ fetch })),
      )
        .then((output) => ({ output: card.output.parse(output) }))
        .catch((error: unknown) => {
          if (error instanceof StepError) return { error: error.code };
          throw error;
        });

      expect(sent).toEqual([{ body: undefined, ...example.request }]);
      expect(outcome).toEqual('error' in example ? { error: example.error } : { output: example.output });
    });
  }
};
