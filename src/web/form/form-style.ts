/** The part of the style sheet that is about forms. Targets are 24 pixels or more (WCAG 2.2, 2.5.8). */
export const FORM_STYLE = `.ask, .search { max-width: 42rem; }
.question { margin: 1.4rem 0; padding: 0; border: 0; min-width: 0; }
.question > label:not(.tick), legend { display: block; margin-bottom: .25rem; padding: 0; font-weight: 600; overflow-wrap: anywhere; }
legend .quiet, label .quiet { font-weight: 400; }
.group { margin: 1.8rem 0; padding: .2rem 1.2rem; border: 1px solid var(--line); border-radius: 10px; min-width: 0; }
.group > legend { padding: 0 .4rem; }
.help { margin: 0 0 .35rem; color: var(--quiet); font-size: .93rem; white-space: pre-line; }
.error { margin: 0 0 .35rem; color: var(--bad); font-weight: 600; }
.wrong { padding-left: .9rem; border-left: 3px solid var(--bad); }
.group.wrong { border-left: 3px solid var(--bad); padding-left: 1.2rem; }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea {
  width: 100%;
  min-height: 2.6rem;
  padding: .45rem .7rem;
  background: var(--paper);
  border: 1px solid var(--edge);
  border-radius: 6px;
}
textarea { display: block; resize: vertical; }
input[type=number], input[type=date], input[type=time] { max-width: 14rem; }
[aria-invalid=true] { border-color: var(--bad) !important; }
.tick { display: flex; align-items: flex-start; gap: .6rem; padding: .3rem 0; }
.tick input { flex: none; width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; accent-color: var(--accent); }
.tick span { overflow-wrap: anywhere; min-width: 0; }
.pair { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .8rem; }
.pair > * { flex: 1 1 13rem; min-width: 0; }
.pair > input, .beside input { flex: 1 1 9rem; width: auto !important; min-width: 0; }
.pair > button { flex: none; }
.beside { display: flex; align-items: center; gap: .8rem; }
.beside label { color: var(--quiet); font-size: .93rem; }
button { min-height: 2.6rem; padding: .45rem 1.1rem; background: var(--raised); border: 1px solid var(--edge); border-radius: 6px; cursor: pointer; }
button.main { min-width: 8rem; background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.plain { min-height: 0; padding: .2rem .1rem; background: none; border: 0; color: var(--accent); text-decoration: underline; }
button:hover { filter: brightness(1.08); }
.confirm { padding: .8rem 1.2rem; background: var(--raised); border-radius: 10px; }
.confirm p { margin: 0 0 .4rem; }
.search { margin-bottom: 1.5rem; }
`;
