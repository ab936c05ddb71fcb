/** One control of a form as markup. */
import { html } from 'hono/html';
import type { Markup } from '../page.ts';
import { attributes } from './attributes.ts';
import type { Choice, Control, Input } from './inputs.ts';
import { limitsOf } from './limits.ts';
import { textAt, zoneName, type Texts } from './texts.ts';

export interface Drawing {
  readonly texts: Texts;
  /** ids of the texts that tell more about the control: its help, its error */
  readonly describedBy: string | undefined;
  readonly isWrong: boolean;
  /** of the flow's settings: where a time is meant, unless said otherwise */
  readonly timezone: string;
}

export const idOf = (path: string): string => `f-${path}`;

/** Attributes that every control has. */
const base = ({ path, mustFill }: Input, { describedBy, isWrong }: Drawing) => ({
  id: idOf(path),
  name: path,
  required: mustFill,
  'aria-describedby': describedBy,
  'aria-invalid': isWrong ? 'true' : undefined,
});

/** A secret that was typed is not sent back. */
const valueOf = ({ path, isSecret }: Input, { texts }: Drawing): string =>
  isSecret ? '' : textAt(texts, path);

const line = (input: Input, drawing: Drawing, type: string): Markup => {
  const { field, isSecret } = input;
  const own = {
    type,
    ...base(input, drawing),
    ...limitsOf(input),
    value: valueOf(input, drawing),
    title:
      typeof field.description === 'string' && field.pattern !== undefined ? field.description : undefined,
    autocomplete: isSecret ? 'off' : undefined,
    inputmode: type === 'number' && field.type === 'integer' ? 'numeric' : undefined,
  };
  return html`<input${attributes(own)} />`;
};

/** The line break at the start is none of the text: HTML drops it, and it saves one that the text begins with. */
const area = (input: Input, drawing: Drawing, rows: number): Markup => {
  const own = { ...base(input, drawing), ...limitsOf(input), rows };
  return html`<textarea${attributes(own)}>${'\n' + valueOf(input, drawing)}</textarea>`;
};

const ticks = (
  input: Input,
  { texts }: Drawing,
  how: { readonly type: 'radio' | 'checkbox'; readonly choices: readonly Choice[] },
): Markup => {
  const chosen = new Set(texts.get(input.path) ?? ['']);
  return html`${how.choices.map(({ value, label }, index) => {
    const own = {
      type: how.type,
      id: index === 0 ? idOf(input.path) : `${idOf(input.path)}-${index}`,
      name: input.path,
      value,
      checked: chosen.has(value),
      required: how.type === 'radio' && input.mustFill,
    };
    return html`<label class="tick"><input${attributes(own)} /><span>${label}</span></label>`;
  })}`;
};

const NO_ANSWER: Choice = { value: '', label: 'No answer' };

const list = (input: Input, drawing: Drawing, choices: readonly Choice[]): Markup => {
  const chosen = textAt(drawing.texts, input.path);
  const first = { value: '', label: input.mustFill ? 'Choose one' : 'No answer' };
  return html`<select${attributes(base(input, drawing))}>${[first, ...choices].map(
    ({ value, label }) => html`<option${attributes({ value, selected: value === chosen })}>${label}</option>`,
  )}</select>`;
};

const choice = (input: Input, drawing: Drawing, control: Extract<Control, { kind: 'choice' }>): Markup => {
  const { choices, isList } = control;
  if (isList) return list(input, drawing, choices);
  return ticks(input, drawing, {
    type: 'radio',
    choices: input.mustFill ? choices : [...choices, NO_ANSWER],
  });
};

/** A default may be an instant with its offset: what is shown is its wall time, in that offset's zone. */
const wallOf = (text: string): { readonly wall: string; readonly zone: string | undefined } => {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (parts === null) return { wall: text, zone: undefined };
  const [, date = '', time = '', offset = ''] = parts;
  return { wall: `${date}T${time}`, zone: /^[Zz]$|00:00$/.test(offset) ? 'UTC' : offset };
};

const moment = (input: Input, drawing: Drawing): Markup => {
  const { texts, timezone } = drawing;
  const { wall, zone } = wallOf(textAt(texts, input.path));
  const time = { type: 'datetime-local', ...base(input, drawing), value: wall };
  const name = zoneName(input.path);
  const zoneOwn = {
    id: idOf(name),
    name,
    value: texts.has(name) ? textAt(texts, name) : (zone ?? timezone),
    autocomplete: 'off',
    spellcheck: 'false',
  };
  return html`<div class="pair">
    <input${attributes(time)} />
    <span class="beside"><label for="${idOf(name)}">Time zone</label> <input${attributes(zoneOwn)} /></span>
  </div>`;
};

/** Everything but groups and single ticks, which hold other questions or their own label. */
export const drawControl = (input: Input, drawing: Drawing): Markup => {
  const { control } = input;
  switch (control.kind) {
    case 'text':
      return line(input, drawing, control.type);
    case 'number':
      return line(input, drawing, 'number');
    case 'moment':
      return moment(input, drawing);
    case 'choice':
      return choice(input, drawing, control);
    case 'choices':
      return ticks(input, drawing, { type: 'checkbox', choices: control.choices });
    case 'area':
    case 'lines':
      return area(input, drawing, 4);
    default:
      return area(input, drawing, 6);
  }
};

/** A single tick stands before its label. */
export const drawTick = (input: Input, drawing: Drawing): Markup => {
  // Unticked is an answer too, unless the flow wants it ticked.
  const required = input.field.const === true || JSON.stringify(input.field.enum) === '[true]';
  const own = { type: 'checkbox', ...base(input, drawing), required, checked: drawing.texts.has(input.path) };
  return html`<label class="tick"><input${attributes(own)} /><span>${input.title}</span></label>`;
};
