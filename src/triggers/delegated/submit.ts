/** `POST /delegated/<flow>`: a filled-in form starts one run, or comes back with what is wrong and what was typed. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { checkCsrf } from '../../access/csrf.ts';
import { canonical, type JsonObject } from '../../domain/json.ts';
import { mintedAt } from '../../domain/ids.ts';
import { PROBLEMS, type ProblemItem, type Refusal } from '../../domain/problem.ts';
import { checkFields } from '../../language/fields.ts';
import { delegatedForm } from '../../web/delegated-form.ts';
import { formErrorsOf, type FormErrors } from '../../web/form/form-errors.ts';
import { inputsOf } from '../../web/form/inputs.ts';
import { CONFIRMED, CSRF, FORM_KEY } from '../../web/form/own-controls.ts';
import { readForm } from '../../web/form/read-form.ts';
import { textAt, type Texts } from '../../web/form/texts.ts';
import { MY_RUNS, noticePage } from '../../web/personal-page.ts';
import type { RunOrder } from '../order.ts';
import { originOf } from '../run-url.ts';
import { startRun } from '../start-run.ts';
import { findForm, type FoundForm } from './find-form.ts';
import { isFormKey, newFormKey } from './form-key.ts';
import { readSent } from './read-sent.ts';
import { recordRefusal, recordStart } from './record.ts';
import { startOfForm } from './start-of-form.ts';
import { nothingHere, personOf, viewerOf } from './viewer.ts';

type Ctx = Context<HttpContext>;

const refusedPage = (c: Ctx, { code, detail }: Refusal): Promise<Response> => {
  const [status, title] = PROBLEMS[code];
  return noticePage(viewerOf(c), { title, text: detail, status });
};

type Filled =
  | { readonly ok: true; readonly inputs: JsonObject; readonly given: JsonObject }
  | { readonly ok: false; readonly errors: FormErrors };

const notKnown = (name: string): ProblemItem => ({
  path: name,
  code: 'unknown',
  message: `This form does not ask for “${name}”. Open it again and fill it in there.`,
});

/** Everything that is wrong with what was filled in, at once. */
const fillIn = ({ flow }: FoundForm, texts: Texts): Filled => {
  const inputs = inputsOf(flow.inputs);
  const { given, errors, unknown } = readForm(inputs, texts);
  const checked = checkFields(flow.inputs, given, { from: 'text' });
  const items = [...unknown.map(notKnown), ...errors, ...(checked.ok ? [] : checked.errors)];
  const found = new Map(formErrorsOf(items, inputs));
  const needsWord = flow.trigger.kind === 'delegated' && flow.trigger.confirm !== undefined;
  if (needsWord && !texts.has(CONFIRMED)) found.set(CONFIRMED, 'Tick that it shall go ahead.');
  return checked.ok && found.size === 0
    ? { ok: true, inputs: checked.value, given }
    : { ok: false, errors: found };
};

interface Back {
  readonly texts: Texts;
  readonly formKey: string;
  readonly errors?: FormErrors;
  readonly notice?: string;
  readonly status?: number;
}

/** The form again, with what was typed. */
const formBack = (c: Ctx, { flow }: FoundForm, back: Back): Promise<Response> => {
  const { texts, formKey, errors = new Map(), notice, status = 422 } = back;
  return delegatedForm(viewerOf(c), {
    flow,
    state: { texts, errors },
    formKey,
    status,
    ...(notice === undefined ? {} : { notice }),
  });
};

const TOO_OLD = 'This form was open for more than a day. Look through it once more, then send it again.';
const SENT_BEFORE =
  'You have sent this form before, with other values, and that run has started. Send it again to start another one.';
const NOT_STARTED = 'It could not be started right now. Send it again in a moment: it will run only once.';

const orderOf = (c: Ctx, form: FoundForm, filled: Extract<Filled, { ok: true }>, key: string): RunOrder => {
  const { flow, version } = form;
  const person = personOf(c);
  return {
    flow,
    version,
    start: startOfForm(c, person, filled.inputs),
    key: {
      scope: JSON.stringify(['delegated', flow.name, person.subject]),
      key,
      body: canonical(filled.given),
      firstAt: Math.min(Date.now(), mintedAt(key)),
    },
    waitMs: 0,
    origin: originOf(c.env, c.req.url),
    now: Date.now(),
  };
};

const run = async (c: Ctx, form: FoundForm, texts: Texts): Promise<Response> => {
  const now = Date.now();
  const formKey = textAt(texts, FORM_KEY);
  if (!isFormKey(formKey, now)) {
    return formBack(c, form, { texts, formKey: newFormKey(now), notice: TOO_OLD });
  }
  const filled = fillIn(form, texts);
  if (!filled.ok) return formBack(c, form, { texts, formKey, errors: filled.errors });
  const started = await startRun(c.env, orderOf(c, form, filled, formKey));
  if (started.ok) {
    if (started.outcome === 'started') await recordStart(c, form.flow.name, started.runId);
    return c.redirect(`${MY_RUNS}/${started.runId}`, 303);
  }
  if (started.code === 'key_reused') {
    return formBack(c, form, { texts, formKey: newFormKey(now), notice: SENT_BEFORE });
  }
  console.error(c.get('requestId'), started.detail);
  // With the same key: should the run have started all the same, the next try finds it.
  return formBack(c, form, { texts, formKey, notice: NOT_STARTED, status: 503 });
};

export const submit = async (c: Ctx): Promise<Response> => {
  const name = c.req.path.slice('/delegated/'.length);
  const form = await findForm(c.env, personOf(c), { name, now: Date.now() });
  if (form === undefined) {
    recordRefusal(c, name);
    return nothingHere(c);
  }
  const sent = await readSent(c.req.raw);
  if (!sent.ok) return refusedPage(c, sent);
  if (!checkCsrf(c, textAt(sent.texts, CSRF))) {
    return noticePage(viewerOf(c), {
      title: 'This form is not from here',
      text: 'Nothing was started. Open the form here and fill it in: it may have been made before you signed in, or by another site.',
      status: 403,
    });
  }
  return run(c, form, sent.texts);
};
