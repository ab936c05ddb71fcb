/** Attributes of an element; values are escaped. What is undefined or false is left out. */
import { html, raw } from 'hono/html';
import type { Markup } from '../page.ts';

/** Names are ours; only values may come from elsewhere. */
export const attributes = (all: Readonly<Record<string, string | number | boolean | undefined>>): Markup =>
  html`${Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === false) return '';
    return value === true ? raw(` ${name}`) : html` ${raw(name)}="${value}"`;
  })}`;
