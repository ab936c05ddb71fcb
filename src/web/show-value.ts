/** Values of a run for people: text as text, yes and no, lists as lists. Nothing in them is taken for markup. */
import { html } from 'hono/html';
import type { Fields } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { inputsIn, inputsOf, type Input } from './form/inputs.ts';
import type { Markup } from './page.ts';

/** Only these lead where a browser may go. */
const isLink = (text: string): boolean => /^https?:\/\/\S+$/.test(text) && URL.canParse(text);

const showText = (text: string, format: Json | undefined): Markup =>
  format === 'uri' && isLink(text)
    ? html`<a href="${text}" rel="noreferrer">${text}</a>`
    : html`<span class="text">${text}</span>`;

export const showValue = (value: Json, schema: JsonObject = {}): Markup => {
  if (value === null || value === '') return html`<span class="quiet">–</span>`;
  if (typeof value === 'string') return showText(value, schema.format);
  if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
  if (Array.isArray(value)) {
    const items = isObject(schema.items) ? schema.items : {};
    return value.length === 0
      ? html`<span class="quiet">none</span>`
      : html`<ul>
          ${value.map((item: Json) => html`<li>${showValue(item, items)}</li>`)}
        </ul>`;
  }
  if (isObject(value)) return showObject(value, schema);
  return html`${JSON.stringify(value)}`;
};

const showObject = (value: JsonObject, { properties }: JsonObject): Markup =>
  isObject(properties)
    ? showInputs(inputsIn(properties), value)
    : html`<pre>${JSON.stringify(value, null, 2)}</pre>`;

const showInputs = (inputs: readonly Input[], given: JsonObject): Markup =>
  html`<dl>
    ${inputs
      .filter(({ name }) => Object.hasOwn(given, name))
      .map(
        ({ name, title, field }) =>
          html`<dt>${title}</dt>
            <dd>${showValue(given[name] ?? null, field)}</dd>`,
      )}
  </dl>`;

/** Declared fields with their titles; those that have no value are left out. */
export const showFields = (fields: Fields, values: Json): Markup | string => {
  const given = isObject(values) ? values : {};
  const shown = inputsOf(fields).filter(({ name }) => Object.hasOwn(given, name));
  return shown.length === 0 ? '' : showInputs(shown, given);
};
