/** What all pages have in common: the frame, the style sheet, and the headers that keep scripts out. */
import { html } from 'hono/html';
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

export const page = async (title: string, body: Markup, status = 200): Promise<Response> => {
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Sluice</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body>
        <header><a href="/docs/cards">Sluice</a></header>
        <main>${body}</main>
      </body>
    </html>`;
  return new Response(String(text), {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY },
  });
};
