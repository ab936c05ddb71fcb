/**
 * /delegated/runs/<run>: the receipt of a run and how it stands, for whoever started it. While the run is under way the
 * page asks the browser to load it again; a link stops that, as WCAG 2.2.2 has it.
 */
import { html } from 'hono/html';
import type { Flow } from '../domain/flow.ts';
import { isFinal, type RunDetail } from '../domain/run.ts';
import { titleOf } from './delegated-list.ts';
import type { Markup } from './page.ts';
import { FORMS, MY_RUNS, personalPage, type Viewer } from './personal-page.ts';
import { showFields } from './show-value.ts';

export interface RunPage {
  readonly detail: RunDetail;
  /** the version that runs; undefined when it is not known any more */
  readonly flow: Flow | undefined;
  readonly now: number;
  /** the reader does not want the page to load itself again */
  readonly isStill: boolean;
}

/** How often the page is loaded again: the longer a run takes, the less often. */
const SECONDS = [
  [60_000, 2],
  [600_000, 10],
  [Infinity, 60],
] as const;

const secondsFor = ({ createdAt }: RunDetail, now: number): number =>
  SECONDS.find(([age]) => now - createdAt < age)?.[1] ?? 60;

/** `2026-11-23 13:00 UTC`: people of one installation may live in several zones. */
export const showTime = (at: number): Markup => {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
};

export const STATUS_WORDS = {
  queued: 'Waiting for its turn',
  running: 'Running',
  waiting: 'Waiting',
  in_doubt: 'Being looked at',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const satisfies Record<RunDetail['status'], string>;

/** The flow's own words where its `fail` chose them; what else went wrong is the administrators' business. */
const failureText = ({ error }: RunDetail): string =>
  error?.fromFlow === true
    ? error.message
    : 'One of the steps did not work, and the run has stopped there. The details are kept for the administrators.';

const underWay = ({ status, waiting }: RunDetail): Markup => {
  if (status === 'in_doubt') {
    return html`<p>It is not certain whether one of the steps took effect. An administrator has to look.</p>`;
  }
  if (waiting?.until != null) return html`<p>It goes on at ${showTime(waiting.until)}.</p>`;
  return html`<p>
    ${status === 'queued' ? 'Others are before it.' : 'You may close this page; the run goes on.'}
  </p>`;
};

const story = ({ detail, flow }: RunPage): Markup => {
  switch (detail.status) {
    case 'succeeded':
      if (flow !== undefined && flow.settings.history !== 'full' && flow.outputs !== undefined) {
        return html`<p>It is done. This flow keeps no values, so there are none to show.</p>`;
      }
      return html`${detail.reason === null ? '' : html`<p>${detail.reason}</p>`}
      ${showFields(flow?.outputs ?? {}, detail.outputs)}`;
    case 'failed':
      return html`<p>${failureText(detail)}</p>
        <p>If you ask somebody for help, give them this reference: <code>${detail.id}</code></p>`;
    case 'cancelled':
      return html`<p>
        An administrator has ended it. If you ask why, give this reference: <code>${detail.id}</code>
      </p>`;
    default:
      return underWay(detail);
  }
};

const TONES: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad', cancelled: 'bad' };

const refreshing = ({ detail, isStill }: RunPage, seconds: number): Markup => {
  const address = `${MY_RUNS}/${detail.id}`;
  return isStill
    ? html`<p class="quiet"><a href="${address}">Look again</a></p>`
    : html`<p class="quiet">
        This page looks again every ${seconds} seconds. <a href="${address}?still">Stop that</a>
      </p>`;
};

const receipt = ({ detail, flow }: RunPage): Markup =>
  html`<h2>Receipt</h2>
    ${flow?.settings.history === 'full' ? showFields(flow.inputs, detail.inputs) : ''}
    <dl>
      <dt>Started</dt>
      <dd>${showTime(detail.createdAt)}</dd>
      ${
        detail.finishedAt === null
          ? ''
          : html`<dt>Ended</dt>
              <dd>${showTime(detail.finishedAt)}</dd>`
      }
      <dt>Reference</dt>
      <dd><code>${detail.id}</code></dd>
    </dl>`;

export const runPage = (viewer: Viewer, asked: RunPage): Promise<Response> => {
  const { detail, flow, now, isStill } = asked;
  const title = titleOf({ name: detail.flow, title: flow?.title ?? null });
  const seconds = secondsFor(detail, now);
  const isOver = isFinal(detail.status);
  const word = STATUS_WORDS[detail.status];
  const body = html`<p class="crumb"><a href="${MY_RUNS}">My runs</a></p>
    <h1>${title}</h1>
    <section class="notice ${TONES[detail.status] ?? ''}" aria-labelledby="status">
      <h2 id="status">${word}</h2>
      ${story(asked)} ${isOver ? '' : refreshing(asked, seconds)}
    </section>
    ${receipt(asked)}
    <p><a href="${FORMS}/${detail.flow}">Open a new form</a></p>`;
  const headers = isOver || isStill ? {} : { Refresh: String(seconds) };
  return personalPage(viewer, body, { title: `${word}: ${title}`, headers });
};
