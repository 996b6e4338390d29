/** The style of a page, on a screen and on paper. Fonts are the reader's own. */
export const pageStyle: string = `
:root { --ink: #1b2228; --soft: #5f6a74; --line: #dde2e6; --fill: #4a86b5; --track: #e8eef3; color-scheme: light; }
* { box-sizing: border-box; }
body {
  max-width: 60rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Book Antiqua", Georgia, serif;
}
h1 { margin: 0 0 2rem; font-size: 2.2rem; line-height: 1.15; font-weight: 600; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 0 0 .2rem; font-size: 1.35rem; font-weight: 600; }
section { margin-top: 2.6rem; padding-top: 1rem; border-top: 1px solid var(--ink); }
p { max-width: 44rem; margin: 0 0 .3rem; color: var(--soft); font-size: .92rem; line-height: 1.45; }
p.none { font-style: italic; }
table {
  width: 100%; margin-top: .9rem; border-collapse: collapse;
  font: .84rem/1.4 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums;
}
th, td { padding: .34rem .7rem .34rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom-color: var(--soft); color: var(--soft); font-size: .76rem; font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
.number + .text { padding-left: 1rem; }
th.bars { padding-right: 6.5rem; }
th.bars:last-child { padding-right: 5.8rem; }
td.text { overflow-wrap: anywhere; }
.bar {
  display: inline-block; width: 5.2rem; height: .5rem; margin-left: .6rem; vertical-align: baseline;
  background: linear-gradient(to right, var(--fill) var(--length), var(--track) 0);
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
tfoot td { padding-top: .5rem; border-bottom: 0; font-weight: 600; }
tfoot tr { border-top: 1px solid var(--soft); }
.series { display: block; width: 7.5rem; height: 1.5rem; }
.series polyline { fill: none; stroke: var(--fill); stroke-width: 1.5; stroke-linejoin: round; }
.lead tbody { display: flex; flex-wrap: wrap; gap: 1.2rem 2.6rem; }
.lead thead { display: none; }
.lead tr { display: grid; }
.lead td { padding: 0; border: 0; text-align: left; }
.lead td:first-child { order: 1; color: var(--soft); font-size: .8rem; }
.lead td:nth-child(2) { font-size: 1.9rem; line-height: 1.15; font-weight: 600; letter-spacing: -.02em; }
.lead td:nth-child(3) { order: 2; color: var(--soft); font-size: .8rem; }
.lead td:nth-child(3)::before { content: "before: "; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  section { margin-top: 1.6rem; }
  h2, p, thead { break-after: avoid; }
  tr { break-inside: avoid; }
}
`;
