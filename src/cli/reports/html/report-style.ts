/** The style of reports: light and dark as the reader's system is, readable on a phone and on paper. */
export const reportStyle = `
:root {
  --page: #f6f7f9; --card: #ffffff; --edge: #d9dee5; --text: #1b1f24; --muted: #56606c;
  --accent: #1f5fbf; --band: #1f5fbf22; --band-edge: #1f5fbf66; --stripe: #f2c94c40;
  --pass: #9fd3b2; --learning: #d5dae1; --warn: #b45309; --fail: #c02626; --error: #7e3fb8; --on-mark: #ffffff;
  --good: #18794e; --pass-edge: #4ea373; --learning-edge: #8a94a2;
} @media (prefers-color-scheme: dark) {
  :root {
    --page: #101418; --card: #181d23; --edge: #303842; --text: #e7eaee; --muted: #a5afbb;
    --accent: #7db0ff; --band: #7db0ff26; --band-edge: #7db0ff66; --stripe: #f2c94c26;
    --pass: #2f7d52; --learning: #39424d; --warn: #ffb454; --fail: #ff7b72; --error: #d2a8ff; --on-mark: #101418;
    --good: #5fd39a; --pass-edge: #4ea373; --learning-edge: #6f7b88;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 36px 0 12px; }
h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
p { margin: 4px 0; }
.muted { color: var(--muted); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.tile, .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.tile { padding: 12px 16px; }
.tile dt { color: var(--muted); font-size: 13px; }
.tile dd { margin: 0; font-size: 26px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile dd small { display: block; font-size: 13px; font-weight: 400; color: var(--muted); }
.over { color: var(--warn); } .within { color: var(--good); }
.card { padding: 16px; margin: 0 0 14px; }
.timeline { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 12px; align-items: center; }
.timeline > span { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; max-width: 34vw; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
.timeline svg, .legend svg { overflow: visible; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 0; padding: 0; list-style: none; color: var(--muted); font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend svg { width: 14px; height: 14px; flex: none; }
.incident { display: grid; gap: 6px 28px; } @media (min-width: 900px) { .incident:has(figure) { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); } .incident .charts { margin-top: 0; } }
.incident header { display: flex; gap: 10px; align-items: baseline; }
.badge { flex: none; font-size: 12px; font-weight: 650; padding: 1px 8px; border-radius: 999px; color: var(--on-mark); background: var(--muted); }
.badge.warn { background: var(--warn); } .badge.fail { background: var(--fail); } .badge.error { background: var(--error); }
.lines { margin: 10px 0 0; padding: 0; list-style: none; font-size: 14px; }
.lines li { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px; padding: 2px 0; }
.lines time { color: var(--muted); font-variant-numeric: tabular-nums; }
.lines span { overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); gap: 14px 20px; margin-top: 14px; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 13px; font-weight: 600; overflow-wrap: anywhere; }
.axis { fill: var(--muted); font-size: 11px; font-family: system-ui, sans-serif; }
.grid { stroke: var(--edge); }
.band { fill: var(--band); } .band-edge { stroke: var(--band-edge); fill: none; }
.line { stroke: var(--accent); stroke-width: 1.6; fill: none; stroke-linejoin: round; stroke-linecap: round; }
.dot { fill: var(--accent); }
.stripe { fill: var(--stripe); }
.s-pass { fill: var(--pass); stroke: var(--pass-edge); } .s-learning { fill: var(--learning); stroke: var(--learning-edge); } .s-warn { fill: var(--warn); } .s-fail { fill: var(--fail); } .s-error { fill: var(--error); }
.sign { stroke: var(--on-mark); fill: var(--on-mark); stroke-width: 1.8; stroke-linecap: round; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--edge); vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--muted); font-weight: 600; }
td:first-child { white-space: nowrap; }
details summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
details[open] summary { margin-bottom: 8px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; } @media (max-width: 520px) { h1 { font-size: 20px; } main { padding: 20px 14px 40px; } } @media print { body { background: #ffffff; } .card, .tile { break-inside: avoid; } }
`;
