/** The questions of a form as markup: label, help, error and control of each, groups inside one another. */
import { html } from 'hono/html';
import type { Markup } from '../page.ts';
import { drawControl, drawTick, idOf } from './draw-control.ts';
import type { FormErrors } from './form-errors.ts';
import type { Input } from './inputs.ts';
import type { Texts } from './texts.ts';

export interface FormState {
  readonly texts: Texts;
  readonly errors: FormErrors;
  readonly timezone: string;
}

const KIND_HELP: Readonly<Record<string, string>> = {
  lines: 'One on each line.',
  json: 'Written as JSON.',
};

const helpOf = ({ field, control }: Input): string => {
  const said = typeof field.description === 'string' ? field.description : '';
  const kind = KIND_HELP[control.kind] ?? '';
  return said === '' || kind === '' ? said + kind : `${said.replace(/[.]?$/, '.')} ${kind}`;
};

/** Most questions want an answer, so those that do not are marked. */
const optionalMark = ({ field, control }: Input): Markup | string =>
  field.optional !== true || control.kind === 'check' ? '' : html` <span class="quiet">(optional)</span>`;

interface Around {
  readonly id: string;
  readonly help: string;
  readonly error: string | undefined;
  readonly describedBy: string | undefined;
}

const aroundOf = (input: Input, { errors }: FormState): Around => {
  const id = idOf(input.path);
  const help = helpOf(input);
  const error = errors.get(input.path);
  const ids = [help === '' ? [] : `${id}-help`, error === undefined ? [] : `${id}-error`].flat();
  return { id, help, error, describedBy: ids.length === 0 ? undefined : ids.join(' ') };
};

const told = ({ id, help, error }: Around): Markup =>
  html`${help === '' ? '' : html`<p class="help" id="${id}-help">${help}</p>`}${
    error === undefined ? '' : html`<p class="error" id="${id}-error">${error}</p>`
  }`;

/** Several controls under one name: what is a label elsewhere is a legend here. */
const fieldset = (input: Input, around: Around, inner: Markup): Markup => {
  const described = around.describedBy === undefined ? '' : html` aria-describedby="${around.describedBy}"`;
  const target = input.control.kind === 'group' ? html` id="${around.id}"` : '';
  const kind = input.control.kind === 'group' ? 'group' : 'question';
  return html`<fieldset${target}${described} class="${kind}${around.error === undefined ? '' : ' wrong'}">
    <legend>${input.title}${optionalMark(input)}</legend>
    ${told(around)} ${inner}
  </fieldset>`;
};

const isFieldset = ({ control }: Input): boolean =>
  control.kind === 'group' || control.kind === 'choices' || (control.kind === 'choice' && !control.isList);

const drawInput = (input: Input, state: FormState): Markup => {
  const around = aroundOf(input, state);
  const { describedBy, error } = around;
  const drawing = { texts: state.texts, timezone: state.timezone, describedBy, isWrong: error !== undefined };
  if (input.control.kind === 'group') return fieldset(input, around, drawInputs(input.control.parts, state));
  if (isFieldset(input)) return fieldset(input, around, drawControl(input, drawing));
  const wrong = error === undefined ? '' : ' wrong';
  if (input.control.kind === 'check') {
    return html`<div class="question${wrong}">${drawTick(input, drawing)} ${told(around)}</div>`;
  }
  return html`<div class="question${wrong}">
    <label for="${around.id}">${input.title}${optionalMark(input)}</label>
    ${told(around)} ${drawControl(input, drawing)}
  </div>`;
};

export const drawInputs = (inputs: readonly Input[], state: FormState): Markup =>
  html`${inputs.map((input) => drawInput(input, state))}`;

/** All errors at once, each with the way to its question. A screen reader says them first. */
export const drawErrors = (errors: FormErrors): Markup | string =>
  errors.size === 0
    ? ''
    : html`<section class="notice bad" role="alert" aria-labelledby="errors" tabindex="-1" autofocus>
        <h2 id="errors">
          ${errors.size === 1 ? 'One thing is not right' : `${errors.size} things are not right`}
        </h2>
        <ul>
          ${[...errors].map(([path, sentence]) =>
            path === ''
              ? html`<li>${sentence}</li>`
              : html`<li><a href="#${idOf(path)}">${sentence}</a></li>`,
          )}
        </ul>
      </section>`;
