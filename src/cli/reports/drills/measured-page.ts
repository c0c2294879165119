import { formatDuration } from '../../../base/units.ts';
import type { Finding } from '../../../core/drills/verdict.ts';
import type { MeasuredAbout } from '../../drills/measured-drills.ts';
import { formatNumber } from '../../render/figures.ts';
import { escapeHtml, htmlPage, htmlTable } from '../html/page.ts';
import { drillStyle } from './drill-style.ts';

const style = `${drillStyle}
svg.lines { min-width: 760px; } .card:has(> svg.lines) { overflow-x: auto; }
svg .axis { fill: var(--muted); stroke: none; font-size: 12px; } svg .grid { stroke: var(--edge); }
`;

const findingsShown = 100;

/** The page of a drill that measures: whether the work was right, then its sections. */
export function measuredPage(of: {
  readonly name: string;
  readonly passed: boolean;
  readonly sentence: string;
  readonly about: MeasuredAbout;
  readonly judged: { readonly jobs: number; readonly tasks: number };
  readonly findings: readonly Finding[];
  readonly sections: readonly { readonly title: string; readonly html: string }[];
}): string {
  const { name, passed, sentence, about, judged, findings, sections } = of;
  const title = `${name} ${passed ? 'passed' : 'failed'}`;
  const at = `${new Date(about.startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const work = `${formatNumber(judged.jobs)} jobs with ${formatNumber(judged.tasks)} tasks in ${formatDuration(about.tookMs)}`;
  const body = [
    `<header class="verdict ${passed ? 'good' : 'bad'}"><span class="sign" aria-hidden="true">${passed ? '✓' : '✗'}</span><div><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></div></header>`,
    `<p class="muted">${escapeHtml(`${at} · ${work} · Assay ${about.version} · ${about.cluster}`)}</p>`,
    findingsSection(findings),
    ...sections.map(
      ({ title: heading, html }) => `<h2>${escapeHtml(heading)}</h2><section class="card">${html}</section>`,
    ),
    `<footer class="muted"><p>Run it again: <code>${escapeHtml(about.command)}</code></p><p>${escapeHtml(about.machine)}</p></footer>`,
  ];
  return htmlPage({ title, body: body.join('\n'), style });
}

function findingsSection(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const rows = findings
    .slice(0, findingsShown)
    .map(({ kind, what }) => [escapeHtml(kind.replace('_', ' ')), escapeHtml(what)]);
  const table = htmlTable({ caption: 'What is not as it must be', columns: ['kind', 'what'], rows });
  const more = findings.length - rows.length;
  return `<h2>What is not as it must be</h2><section class="card">${table}${more > 0 ? `<p class="muted">and ${formatNumber(more)} more</p>` : ''}</section>`;
}
