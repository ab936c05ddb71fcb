/** Pages that people read: every card and every problem has its place, and nothing on them is taken for markup. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { cards } from '../../src/cards.ts';
import { pure } from '../../src/domain/card.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { cardsPage } from '../../src/web/cards-page.ts';
import { problemPage } from '../../src/web/problem-page.ts';

const anchorsOf = (html: string): string[] => [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id ?? '');
const linksOf = (html: string): string[] => [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id ?? '');

describe('the page of the cards', () => {
  it('has every card, and links that lead to one', async () => {
    const html = await (await cardsPage(cards)).text();
    const anchors = anchorsOf(html);

    expect(anchors).toEqual(expect.arrayContaining([...cards.keys()]));
    expect(new Set(anchors).size).toBe(anchors.length);
    expect(linksOf(html).filter((link) => !anchors.includes(link))).toEqual([]);
  });

  it('shows what a card says as text, with code between back-ticks', async () => {
    const card = pure({
      title: '<b>Bold</b>',
      doc: 'Gives `a < b` and <script>.',
      input: z.strictObject({ text: z.string().default('<i>').describe('Where `<` stands') }),
      output: z.string(),
      examples: [{ title: '<u>', input: { text: '</pre>' }, output: '<hr>' }],
      run: ({ text }) => text,
    });

    const html = await (await cardsPage(new Map([['text.bold', card]]))).text();

    expect(html).toContain('Gives <code>a &lt; b</code> and &lt;script&gt;.');
    expect(html).toContain('Where <code>&lt;</code> stands');
    expect(html).not.toMatch(/<(b|i|u|hr|script)>/);
  });
});

describe('the page of a problem', () => {
  it.each(Object.entries(PROBLEMS))('%s says what it is and what to do', async (code, [status, title]) => {
    const request = new Request('http://localhost/', { headers: { Accept: 'text/html' } });
    const html = await (await problemPage(code, request))?.text();

    expect(html).toContain(`<h1>${title}</h1>`);
    expect(html).toContain(`HTTP ${status}`);
    expect(html).not.toContain('`');
  });

  it('is JSON for programs', async () => {
    const response = await problemPage('stale', new Request('http://localhost/'));

    expect(await response?.json()).toMatchObject({ type: '/problems/stale', status: 412 });
  });

  it('is not there for codes that do not exist', async () => {
    expect(await problemPage('toString', new Request('http://localhost/'))).toBeUndefined();
  });
});
