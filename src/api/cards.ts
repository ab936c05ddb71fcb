/** The cards that flows may use, with what they take and give as JSON Schema. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import { catalogueOf } from '../language/catalogue.ts';
import type { CardSignature } from '../language/catalogue.ts';
import { answer, endpoint } from './endpoint.ts';
import { pageOf } from './shapes/page.ts';

const line = {
  id: z.string(),
  title: z.string(),
  doc: z.string(),
  effect: z.enum(['pure', 'action']).describe('an action reaches outside'),
};
const CardLine = z.strictObject(line).meta({ id: 'Card' });
const Card = z
  .strictObject({
    ...line,
    input: z.looseObject({}).describe('JSON Schema of what stands under `with`'),
    output: z.looseObject({}).describe('JSON Schema of the value of the step'),
    connects: z
      .strictObject({ kinds: z.array(z.string()), optional: z.boolean() })
      .nullable()
      .describe('kinds of connection it can use'),
    examples: z.array(z.looseObject({})),
  })
  .meta({ id: 'CardDetail' });

const showLine = ({ id, title, doc, effect }: CardSignature): z.input<typeof CardLine> => ({
  id,
  title,
  doc,
  effect,
});

const list = endpoint({
  method: 'get',
  path: '/cards',
  scope: 'flows:read',
  summary: 'Lists all cards by id',
  gives: pageOf(CardLine),
  run: async ({ cards }) => {
    const signatures = [...catalogueOf(cards).cards.values()];
    return answer({ items: signatures.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(showLine), next: null });
  },
});

const one = endpoint({
  method: 'get',
  path: '/cards/{id}',
  scope: 'flows:read',
  summary: 'Shows a card: what it takes and gives, and its examples',
  gives: Card,
  refuses: ['not_found'],
  run: async ({ cards, param }) => {
    const id = param('id');
    const card = cards.get(id);
    const signature = catalogueOf(cards).cards.get(id);
    if (!card || !signature) return refuse('not_found', `There is no card "${id}".`);
    const connects = signature.connects && {
      kinds: [...signature.connects.kinds],
      optional: signature.connects.optional,
    };
    return answer({
      ...showLine(signature),
      input: { ...signature.input },
      output: { ...signature.output },
      connects: connects ?? null,
      examples: card.examples.map((example) => ({ ...example })),
    });
  },
});

export const cardEndpoints = [list, one];
