// The looks of the page: one column, light or dark as the reader's system is.

export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f6f7f9; --text: #1c2024; --faint: #63696f; --line: #e1e4e8;
  --ours: #2563eb; --other: #9aa3ad; --native: #c4803c;
  --good: #1a7f4b; --bad: #c2342b;
  --c0: #2563eb; --c1: #64748b; --c2: #dc6803; --c3: #16a34a; --c4: #be185d;
  --c5: #7c3aed; --c6: #0e7490; --c7: #a16207; --c8: #db2777; --c9: #4d7c0f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --raised: #1b2027; --text: #e7eaee; --faint: #98a1ab; --line: #2c333c;
    --ours: #6ea0ff; --other: #6c7681; --native: #d9a066;
    --good: #4cc38a; --bad: #ff7b72;
    --c0: #6ea0ff; --c1: #94a3b8; --c2: #f79646; --c3: #4ade80; --c4: #f472b6;
    --c5: #b197fc; --c6: #22d3ee; --c7: #facc15; --c8: #fb7185; --c9: #a3e635;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 5rem; max-width: 60rem;
  background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif;
}
h1 { font-size: 1.7rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 3rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
p, figcaption, .why { color: var(--faint); }
.why { font-size: .85rem; margin: .15rem 0 0; }
figure { margin: 0 0 1.25rem; padding: 1rem 1.1rem .7rem; background: var(--raised); border-radius: 10px; }
figcaption { font-size: .85rem; margin-bottom: .6rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; fill: var(--text); }
svg text.tick { fill: var(--faint); font-size: 11px; }
svg text.value { fill: var(--faint); font-variant-numeric: tabular-nums; white-space: pre; }
.grid { stroke: var(--line); stroke-width: 1; }
.bar rect { fill: var(--other); }
.bar.native rect { fill: var(--native); }
.bar.ours rect { fill: var(--ours); }
.bar.ours .name { font-weight: 600; }
.curve polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke: var(--c0); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .6rem 0 .2rem; padding: 0; font-size: .85rem; }
.legend i { display: inline-block; width: 1.1em; height: .25em; margin-right: .5em; vertical-align: .25em; border-radius: 2px; background: var(--c0); }
${Array.from(
  { length: 10 },
  (_, index) =>
    `.curve.colour-${index} polyline { stroke: var(--c${index}); } .legend .colour-${index} { background: var(--c${index}); }`,
).join('\n')}
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--faint); white-space: nowrap; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.verdict { font-weight: 600; white-space: nowrap; }
.met { color: var(--good); } .missed { color: var(--bad); } .unknown { color: var(--faint); }
.key { display: flex; gap: 1.2rem; font-size: .85rem; color: var(--faint); margin: 0 0 1rem; }
.key i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .45em; vertical-align: -.05em; }
details { margin-top: 1rem; } summary { cursor: pointer; }
@media (max-width: 40rem) { figure { overflow-x: auto; } figure svg { min-width: 40rem; } }
`;
