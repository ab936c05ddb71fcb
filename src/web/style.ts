/** The style sheet of all pages, light and dark as the reader's system says. */
export const STYLE = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2430, #dfe5ec);
  --quiet: light-dark(#5b6675, #97a3b3);
  --paper: light-dark(#ffffff, #14181e);
  --raised: light-dark(#f4f6f9, #1c222a);
  --line: light-dark(#dde2e9, #2c343f);
  --accent: light-dark(#0b5fa5, #6cb6ff);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif;
}
header { border-bottom: 1px solid var(--line); font-weight: 600; }
header a { display: block; color: inherit; text-decoration: none; }
header a, main { max-width: 62rem; margin: 0 auto; padding: .8rem 1.5rem; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 1.7rem; line-height: 1.2; }
h2 { margin-top: 2.5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
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
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 1rem 1.2rem; background: var(--raised); border-radius: 10px; }
article h3 a { color: inherit; text-decoration: none; }
.quiet, caption { color: var(--quiet); }
.tag { padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .8rem; font-weight: 400; color: var(--quiet); }
table { width: 100%; margin: .8rem 0; table-layout: fixed; border-collapse: collapse; font-size: .93rem; overflow-wrap: anywhere; }
caption { text-align: left; }
th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
th { width: 22%; font-weight: 500; }
td:nth-child(2) { width: 33%; }
@media (max-width: 40rem) { th { width: 7rem; } }
summary { cursor: pointer; color: var(--accent); }
`;
