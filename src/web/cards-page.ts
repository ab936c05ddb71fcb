/** /docs/cards: every card, what it takes and gives, and its examples, which are its tests. */
import { html } from 'hono/html';
import * as z from 'zod';
import { isPure } from '../domain/card.ts';
import type { Card, Cards } from '../domain/card.ts';
import { isObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { page, sentence } from './page.ts';
import type { Markup } from './page.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  // A JSON Schema is JSON: the way through text drops what zod adds for itself.
  const json: JsonObject = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' })));
  return json;
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** `text`, `list of number`, `"asc" or "desc"`: a schema in a few words. */
const words = (schema: Json | undefined): string => {
  if (!isObject(schema)) return 'any value';
  const { type, enum: choices, items, anyOf, oneOf } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' or ');
  if (type === 'array') return items === undefined ? 'list' : `list of ${words(items)}`;
  const choice = anyOf ?? oneOf;
  if (Array.isArray(choice)) return [...new Set(choice.map(words))].join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  return typeof type === 'string' ? type : 'any value';
};

const isWanted = (required: Json | undefined, name: string): boolean =>
  Array.isArray(required) && required.includes(name);

const rowOf = (name: string, field: Json, required: Json | undefined): Markup => {
  const { description, default: usual } = isObject(field) ? field : {};
  const need =
    usual === undefined
      ? isWanted(required, name)
        ? ''
        : ', optional'
      : `, default ${JSON.stringify(usual)}`;
  return html`<tr>
    <th scope="row"><code>${name}</code></th>
    <td>${words(field)}<span class="quiet">${need}</span></td>
    <td>${sentence(textOf(description))}</td>
  </tr>`;
};

/** The members of an input or output; what has none is said in a few words. */
const membersOf = (verb: 'Takes' | 'Gives', schema: JsonObject): Markup => {
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {});
  if (fields.length === 0) return html`<p><span class="quiet">${verb}</span> ${words(schema)}</p>`;
  return html`<table>
    <caption>
      ${verb}
    </caption>
    <tbody>
      ${fields.map(([name, field]) => rowOf(name, field, schema.required))}
    </tbody>
  </table>`;
};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

const exampleOf = (example: Card['examples'][number]): Markup => {
  const result = 'error' in example ? `fails with ${example.error}` : pretty(example.output);
  return html`<div>
    ${example.title === undefined ? '' : html`<p>${example.title}</p>`}
    <pre>${pretty(example.input)}</pre>
    ${'request' in example ? html`<pre>${example.request.method} ${example.request.url}</pre>` : ''}
    <pre>→ ${result}</pre>
  </div>`;
};

const connectionOf = (card: Card): string => {
  if (isPure(card)) return '';
  const { kinds, optional } = card.connects;
  return `${optional ? 'May use' : 'Needs'} a connection of kind ${kinds.join(' or ')}.`;
};

const articleOf = ([id, card]: readonly [string, Card]): Markup =>
  html`<article id="${id}">
    <h3>
      <a href="#${id}"><code>${id}</code> ${card.title}</a>
      <span class="tag">${isPure(card) ? 'pure' : 'reaches outside'}</span>
    </h3>
    <p>${sentence(card.doc)} ${connectionOf(card)}</p>
    ${membersOf('Takes', schemaOf(card.input, 'input'))}
    ${membersOf('Gives', schemaOf(card.output, 'output'))}
    <details>
      <summary>${card.examples.length === 1 ? 'An example' : `${card.examples.length} examples`}</summary>
      ${card.examples.map(exampleOf)}
    </details>
  </article>`;

const linksTo = (names: Iterable<readonly [anchor: string, text: string]>): Markup =>
  html`<nav>
    <ul>
      ${[...names].map(([anchor, text]) => html`<li><a href="#${anchor}">${text}</a></li>`)}
    </ul>
  </nav>`;

const nameOf = (id: string): string => id.slice(id.indexOf('.') + 1);

const familyOf = (id: string): string => id.slice(0, id.indexOf('.'));

export const cardsPage = (cards: Cards): Promise<Response> => {
  const families = Map.groupBy(cards, ([id]) => familyOf(id));
  return page(
    'Cards',
    html`<h1>Cards</h1>
      <p>
        A step places a card by its id: <code>card: text.upperCase</code>, its inputs under <code>with</code>.
        A pure card reaches nothing outside. The examples are also the tests.
      </p>
      ${linksTo([...families.keys()].map((family) => [family, family]))}
      ${[...families].map(
        ([family, members]) =>
          html`<section>
            <h2 id="${family}">${family}</h2>
            ${members.length > 1 ? linksTo(members.map(([id]) => [id, nameOf(id)])) : ''}
            ${members.map(articleOf)}
          </section>`,
      )}`,
  );
};
