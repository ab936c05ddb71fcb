/** What all pages have in common: the frame, the style sheet, and the headers that keep scripts out. */
import { html } from 'hono/html';
import type { Bindings } from '../storage/bindings.ts';
import { STYLE } from './style.ts';

export type Markup = ReturnType<typeof html>;

/** A sentence in which back-ticks stand around code, as in Markdown. */
export const sentence = (text: string): Markup =>
  html`${text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))}`;

/** No script at all; the style sheet is ours. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; " +
  "frame-ancestors 'none'";

export const STYLE_PATH = '/assets/pages.css';

export const styleSheet = (): Response =>
  new Response(STYLE, {
    headers: { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=300' },
  });

/** What stands above a page: whose it is, and where else to go. */
export interface Head {
  /** the organisation, or Sluice */
  readonly brand: string;
  readonly home: string;
  readonly menu?: Markup;
}

const PLAIN: Head = { brand: 'Sluice', home: '/docs/cards' };

/** The name of the organisation, which people know better than ours. */
export const brandOf = ({ SLUICE_ORG_NAME }: Pick<Bindings, 'SLUICE_ORG_NAME'>): string =>
  (SLUICE_ORG_NAME ?? '').trim() || 'Sluice';

export interface Framing {
  readonly status?: number;
  readonly head?: Head;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param framing or just the status */
export const page = async (
  title: string,
  body: Markup,
  framing: number | Framing = {},
): Promise<Response> => {
  const {
    status = 200,
    head = PLAIN,
    headers = {},
  } = typeof framing === 'number' ? { status: framing } : framing;
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ${head.brand}</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body>
        <header>
          <div class="bar">
            <a class="brand" href="${head.home}">${head.brand}</a>
            ${head.menu ?? ''}
          </div>
        </header>
        <main>${body}</main>
      </body>
    </html>`;
  return new Response(String(text), {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY, ...headers },
  });
};
