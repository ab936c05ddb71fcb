/** /delegated/runs: what somebody has started, newest first. */
import { html } from 'hono/html';
import type { RunStatus } from '../domain/run.ts';
import { titleOf } from './delegated-list.ts';
import type { Markup } from './page.ts';
import { FORMS, MY_RUNS, personalPage, type Viewer } from './personal-page.ts';
import { showTime, STATUS_WORDS } from './run-page.ts';

export interface OwnRun {
  readonly id: string;
  readonly flow: string;
  readonly title: string | null;
  readonly status: RunStatus;
  readonly createdAt: number;
}

export interface OwnRuns {
  readonly items: readonly OwnRun[];
  /** the id below which the next page begins */
  readonly next: string | null;
}

const rowOf = ({ id, flow, title, status, createdAt }: OwnRun): Markup =>
  html`<tr>
    <th scope="row"><a href="${MY_RUNS}/${id}">${titleOf({ name: flow, title })}</a></th>
    <td><span class="tag ${status}">${STATUS_WORDS[status]}</span></td>
    <td>${showTime(createdAt)}</td>
  </tr>`;

const table = (items: readonly OwnRun[]): Markup =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">Form</th>
        <th scope="col">State</th>
        <th scope="col">Started</th>
      </tr>
    </thead>
    <tbody>
      ${items.map(rowOf)}
    </tbody>
  </table>`;

export const myRuns = (viewer: Viewer, { items, next }: OwnRuns): Promise<Response> =>
  personalPage(
    viewer,
    html`<h1>My runs</h1>
      ${
        items.length === 0
          ? html`<p>You have started nothing yet. <a href="${FORMS}">See the forms</a></p>`
          : table(items)
      }
      ${next === null ? '' : html`<p><a href="${MY_RUNS}?before=${next}">Older ones</a></p>`}`,
    { title: 'My runs', here: MY_RUNS },
  );
