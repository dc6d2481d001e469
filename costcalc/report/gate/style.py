"""How the page looks: one column, light or dark as the reader likes, tables as cards on a phone."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #60646c; --paper: #fff; --card: #f7f7f8; --line: #e0e1e6;
  --fail: #ce2c31; --warn: #ab6400; --note: #0d74ce; --pass: #218358;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #edeef0; --soft: #b0b4ba; --paper: #111113; --card: #19191b; --line: #363a3f;
    --fail: #ff9592; --warn: #ffca16; --note: #70b8ff; --pass: #3dd68c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: 1.25rem 1rem 3rem;
  background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
code { font: .92em ui-monospace, monospace; }
summary { cursor: pointer; margin: .5rem 0; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; font-size: .87rem; }
.soft, footer { color: var(--soft); }
.card {
  background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--line);
  border-radius: 6px; padding: .75rem 1rem; margin: .75rem 0;
}
.card.fail { border-left-color: var(--fail); }
.card.warn { border-left-color: var(--warn); }
b.fail { color: var(--fail); }
b.warn { color: var(--warn); }
b.note { color: var(--note); }
b.pass { color: var(--pass); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); }
td { vertical-align: top; }
td code { white-space: nowrap; }
th { color: var(--soft); font-weight: 500; border-top: 0; white-space: nowrap; }
.number { white-space: nowrap; }
.limit { position: relative; height: .6rem; border-radius: 3px; overflow: hidden; margin: .4rem 0; }
.limit { background: var(--line); }
.limit i { position: absolute; inset: 0 auto 0 0; background: var(--pass); }
.limit i.over { background: var(--fail); }
.limit u { position: absolute; inset: 0 auto; width: 2px; background: var(--ink); }
.share { min-width: 6rem; padding-top: .4rem; }
.share i { display: block; height: .45rem; border-radius: 2px; background: var(--fail); }
.share i.less { background: var(--pass); }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--line); padding: .4rem 0; }
  td { display: block; border: 0; padding: 0; }
  td:empty { display: none; }
  td code { white-space: normal; overflow-wrap: anywhere; }
  td[title]::before { content: attr(title) ": "; color: var(--soft); }
}
"""
