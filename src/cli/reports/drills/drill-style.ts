/** What reports of drills need beside the style of all reports. */
export const drillStyle = `
:root { --kill: #c02626; --pause: #1f5fbf; --restart: #b45309; --replace: #18794e; --bucket: #1f5fbf3d; }
@media (prefers-color-scheme: dark) { :root { --kill: #ff7b72; --pause: #7db0ff; --restart: #ffb454; --replace: #5fd39a; --bucket: #7db0ff40; } }
.verdict { display: flex; gap: 16px; align-items: center; padding: 18px 20px; border-radius: 12px; border: 1px solid var(--edge); background: var(--card); margin-bottom: 10px; border-left: 6px solid var(--good); }
.verdict.bad { border-left-color: var(--fail); }
.verdict .sign { font-size: 30px; line-height: 1; font-weight: 700; color: var(--good); stroke: none; }
.verdict.bad .sign { color: var(--fail); }
.tiles { grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); }
.broken { color: var(--fail); }
svg.drill { min-width: 760px; } .card:has(> svg.drill) { overflow-x: auto; }
.buckets { fill: var(--bucket); stroke: none; }
svg.drill .line { stroke-width: 1.8; }
.lane { font-size: 12px; }
.k-kill { --kind: var(--kill); } .k-pause { --kind: var(--pause); } .k-restart { --kind: var(--restart); } .k-replace { --kind: var(--replace); }
.mark { stroke: var(--kind); stroke-width: 1; stroke-dasharray: 2 3; opacity: 0.45; }
.fault rect { fill: var(--kind); opacity: 0.4; } .fault circle { fill: var(--kind); }
.fault text { fill: var(--on-mark); font: 650 9.5px system-ui, sans-serif; }
.chip { color: var(--kind); font-weight: 600; }
.spread { width: 300px; max-width: none; height: 16px; }
.spread .track { stroke: var(--edge); stroke-width: 1; } .spread .thin { stroke: var(--accent); stroke-width: 1; } .spread .mid { stroke: var(--accent); stroke-width: 3; opacity: 0.7; } .spread .thick { stroke: var(--accent); stroke-width: 6; opacity: 0.75; stroke-linecap: round; }
td { font-variant-numeric: tabular-nums; }
th, td { overflow-wrap: normal; } .told { overflow-wrap: anywhere; }
td details summary { font-weight: 400; padding: 0; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
footer { margin-top: 28px; }
@media (max-width: 520px) { .tiles { grid-template-columns: repeat(2, 1fr); } .verdict { padding: 14px; } }
`;
