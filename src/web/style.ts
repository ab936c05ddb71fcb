/**
 * The style sheet of all pages: one accent colour, system fonts, light and dark as the reader's system says. Every pair
 * of ink and paper has a contrast of 4.5 to 1 or more, lines of controls 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
import { FORM_STYLE } from './form/form-style.ts';

const BASE = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2430, #dfe5ec);
  --quiet: light-dark(#566170, #9ba7b7);
  --paper: light-dark(#ffffff, #14181e);
  --raised: light-dark(#f4f6f9, #1c222a);
  --line: light-dark(#dde2e9, #2c343f);
  --edge: light-dark(#7d8796, #768294);
  --accent: light-dark(#0b5fa5, #6cb6ff);
  --on-accent: light-dark(#ffffff, #10151b);
  --good: light-dark(#1b6e3c, #6fd19a);
  --bad: light-dark(#b3261e, #ff9a90);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif;
}
header { border-bottom: 1px solid var(--line); }
.bar, main { max-width: 62rem; margin: 0 auto; padding: .8rem 1.5rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem 1.5rem; }
.brand { padding: .2rem 0; color: inherit; font-weight: 650; text-decoration: none; }
.bar nav ul { margin: 0; }
.bar nav a { display: block; padding: .2rem 0; color: inherit; text-decoration: none; border-bottom: 2px solid transparent; }
.bar nav a:hover { border-color: var(--line); }
.bar nav a[aria-current] { border-color: var(--accent); }
.who { display: flex; align-items: center; gap: .8rem; margin-left: auto; color: var(--quiet); font-size: .93rem; }
main { padding-bottom: 4rem; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { margin: 1rem 0; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
h3 { margin: 0; font-size: 1.05rem; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre {
  margin: .4rem 0;
  padding: .6rem .8rem;
  overflow-x: auto;
  background: var(--paper);
  border: 1px solid var(--line);
  border-radius: 6px;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 1rem 1.2rem; background: var(--raised); border-radius: 10px; }
article h3 a { color: inherit; text-decoration: none; }
.quiet, caption { color: var(--quiet); }
.tag { padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .8rem; font-weight: 400; color: var(--quiet); white-space: nowrap; }
.tag.succeeded { color: var(--good); }
.tag.failed, .tag.cancelled { color: var(--bad); }
table { width: 100%; margin: .8rem 0; table-layout: fixed; border-collapse: collapse; font-size: .93rem; overflow-wrap: anywhere; }
caption { text-align: left; }
th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
th { width: 22%; font-weight: 500; }
td:nth-child(2) { width: 33%; }
thead th { border: 0; color: var(--quiet); font-size: .85rem; }
thead th:first-child { width: 45%; }
@media (max-width: 40rem) {
  th { width: 7rem; }
  .bar, main { padding-inline: 1rem; }
}
summary { cursor: pointer; color: var(--accent); }
.crumb { margin: .5rem 0 -.5rem; font-size: .93rem; }
.lead { max-width: 42rem; font-size: 1.05rem; white-space: pre-line; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem; padding: 0; list-style: none; }
.card { position: relative; padding: 1rem 1.2rem; background: var(--raised); border: 1px solid var(--line); border-radius: 10px; }
.card:hover { border-color: var(--accent); }
.card a { font-weight: 600; text-decoration: none; }
.card a::after { content: ''; position: absolute; inset: 0; border-radius: 10px; }
.card p { margin: .3rem 0 0; color: var(--quiet); font-size: .93rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .4rem 1.5rem; margin: .8rem 0; }
dt { color: var(--quiet); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { margin: 0; padding-left: 1.2rem; }
dd dl { margin: 0; padding-left: .8rem; border-left: 2px solid var(--line); }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
.notice { margin: 1.2rem 0; padding: .8rem 1.2rem; background: var(--raised); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 6px; }
.notice h2 { margin: 0 0 .3rem; padding: 0; border: 0; font-size: 1.15rem; }
.notice.good { border-left-color: var(--good); }
.notice.good h2 { color: var(--good); }
.notice.bad { border-left-color: var(--bad); }
.notice.bad h2 { color: var(--bad); }
.notice > :last-child { margin-bottom: .2rem; }
`;

export const STYLE = BASE + FORM_STYLE;
