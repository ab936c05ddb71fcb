/** /delegated/<flow>: the form by which somebody runs a flow. It needs no script. */
import { html } from 'hono/html';
import type { Flow } from '../domain/flow.ts';
import { titleOf } from './delegated-list.ts';
import { drawErrors, drawInputs, type FormState } from './form/draw-form.ts';
import { inputsOf } from './form/inputs.ts';
import { CONFIRMED, CSRF, FORM_KEY } from './form/own-controls.ts';
import type { Markup } from './page.ts';
import { FORMS, personalPage, type Viewer } from './personal-page.ts';

export interface FormPage {
  readonly flow: Flow;
  readonly state: Omit<FormState, 'timezone'>;
  /** tells one filled-in form from another: the same one starts one run */
  readonly formKey: string;
  /** said above the form, when it comes back for another reason than an error */
  readonly notice?: string;
  readonly status?: number;
}

const hidden = (name: string, value: string): Markup =>
  html`<input type="hidden" name="${name}" value="${value}" />`;

/** What the flow wants confirmed is confirmed by a tick each time, also when the form comes back. */
const confirmation = (confirm: string | undefined, error: string | undefined): Markup | string =>
  confirm === undefined
    ? ''
    : html`<div class="question confirm${error === undefined ? '' : ' wrong'}">
        <p id="confirm-text">${confirm}</p>
        ${error === undefined ? '' : html`<p class="error" id="confirm-error">${error}</p>`}
        <label class="tick"
          ><input
            type="checkbox"
            id="f-${CONFIRMED}"
            name="${CONFIRMED}"
            required
            aria-describedby="confirm-text"
          /><span>Yes, go ahead</span></label
        >
      </div>`;

export const delegatedForm = (viewer: Viewer, asked: FormPage): Promise<Response> => {
  const { flow, state, formKey, notice, status = 200 } = asked;
  const title = titleOf({ name: flow.name, title: flow.title ?? null });
  const inputs = inputsOf(flow.inputs);
  const confirm = flow.trigger.kind === 'delegated' ? flow.trigger.confirm : undefined;
  const body = html`<p class="crumb"><a href="${FORMS}">Forms</a></p>
    <h1>${title}</h1>
    ${flow.description === undefined ? '' : html`<p class="lead">${flow.description}</p>`}
    ${notice === undefined ? '' : html`<p class="notice" role="alert">${notice}</p>`}
    ${drawErrors(state.errors)}
    <form class="ask" method="post" action="${FORMS}/${flow.name}" accept-charset="utf-8">
      ${hidden(CSRF, viewer.csrf)} ${hidden(FORM_KEY, formKey)}
      ${drawInputs(inputs, { ...state, timezone: flow.settings.timezone })}
      ${confirmation(confirm, state.errors.get(CONFIRMED))}
      <p><button class="main">Run</button></p>
    </form>`;
  const prefix = state.errors.size === 0 ? '' : 'Error: ';
  return personalPage(viewer, body, { title: prefix + title, status });
};
