import { escapeHtml, svgNumber } from '../../src/cli/reports/html/page.ts';
import type { Report } from '../judge/report.ts';
import { decimal, methodNames, ours, summariesOf } from './figures.ts';

const hues = [28, 150, 280, 340, 60, 190, 110, 0, 230];

/** Days with false alarms of each method on each stream, as bars; the longest alarms every day. */
export function falseAlarmBars(report: Report): string {
  const most = 30;
  const [label, bar, height] = [230, 520, 15];
  let y = 0;
  const parts: string[] = [];
  for (const { name } of report.streams) {
    parts.push(`<text class="kind" x="0" y="${y + 14}">${escapeHtml(name)}</text>`);
    y += 22;
    for (const method of methodNames(report)) {
      const days = summariesOf(report, method).find(({ stream }) => stream === name)?.falseAlarms.days;
      if (days === undefined) continue;
      const width = (bar * days) / most;
      const className = method.startsWith('Assay') ? 'mine' : 'other';
      parts.push(
        `<text class="axis" x="${label - 8}" y="${y + 11}" text-anchor="end">${escapeHtml(method)}</text><rect class="${className}" x="${label}" y="${y}" width="${svgNumber(Math.max(1, width))}" height="${height - 3}" rx="2"/><text class="axis" x="${svgNumber(label + width + 6)}" y="${y + 11}">${decimal(days, 1)}</text>`,
      );
      y += height;
    }
    y += 12;
  }
  return svg({
    width: label + bar + 50,
    height: y,
    summary: 'Days with false alarms per 30 by method and stream',
    parts,
  });
}

/** Recall over days with false alarms: Assay at its budgets, baselines from sensitive to deaf. */
export function recallCurves(report: Report, stream: string): string {
  const [width, height, left, bottom, top] = [620, 330, 44, 34, 10];
  const daysMax = 6;
  const x = (days: number): string =>
    svgNumber(left + ((width - left - 10) * Math.min(days, daysMax)) / daysMax);
  const y = (recall: number): string => svgNumber(top + (height - top - bottom) * (1 - recall));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (recall) =>
      `<line class="grid" x1="${left}" x2="${width - 10}" y1="${y(recall)}" y2="${y(recall)}"/><text class="axis" x="${left - 6}" y="${y(recall)}" text-anchor="end" dominant-baseline="middle">${recall}</text>`,
  );
  const ticks = [0, 1, 2, 3, 4, 5, 6].map(
    (days) => `<text class="axis" x="${x(days)}" y="${height - 16}" text-anchor="middle">${days}</text>`,
  );
  const curves = report.judgements
    .filter(({ summary, curve }) => summary.stream === stream && curve !== undefined)
    // Both settings of the mean are points of one curve.
    .filter(({ summary }) => summary.method !== 'mean ± 6 sd');
  const lines = curves.map(({ summary, curve = [] }, at) => {
    const points = curve.filter(({ alarmDays }) => alarmDays <= daysMax);
    const path = points.map((point) => `${x(point.alarmDays)} ${y(point.macroRecall)}`).join('L');
    return path === ''
      ? ''
      : `<path class="curve" style="stroke:${color(at)}" d="M${path}"><title>${escapeHtml(summary.method)}</title></path>`;
  });
  const own = report.judgements.filter(
    ({ summary }) => summary.stream === stream && summary.method.startsWith('Assay'),
  );
  const points = own.map(({ summary }) => `${x(summary.falseAlarms.days)} ${y(summary.macroRecall)}`);
  const dots = own.map(
    ({ summary }) =>
      `<circle class="mine" cx="${x(summary.falseAlarms.days)}" cy="${y(summary.macroRecall)}" r="4"><title>${escapeHtml(summary.method)}</title></circle>`,
  );
  const parts = [
    ...grid,
    ...ticks,
    `<text class="axis" x="${width / 2}" y="${height - 2}" text-anchor="middle">days with false alarms per 30</text>`,
    ...lines,
    `<path class="curve bold" d="M${points.join('L')}"/>`,
    ...dots,
  ];
  const keys = curves.map(({ summary }, at) => key(color(at), summary.method));
  const plot = svg({ width, height, summary: `Recall over false alarms on ${stream}`, parts });
  return `<figure><figcaption>${escapeHtml(stream)}</figcaption>${plot}<ul class="legend">${key('var(--accent)', 'Assay, budgets 0.3, 1, 3')}${keys.join('')}</ul></figure>`;
}

/** On which day a slow drift is found: one dot for each drift; those not found at the right. */
export function driftDots(report: Report, days: number): string {
  const [label, step, row] = [330, 24, 20];
  const parts: string[] = [];
  let y = 18;
  for (let day = 1; day <= days; day += 1) {
    if (day === 1 || day % 5 === 0)
      parts.push(`<text class="axis" x="${label + day * step}" y="12" text-anchor="middle">${day}</text>`);
  }
  parts.push(
    `<text class="axis" x="${label + (days + 2) * step}" y="12" text-anchor="middle">not found</text>`,
  );
  for (const { stream, method, drifts } of report.drifts) {
    if (method !== ours) continue;
    for (const [id, own] of Map.groupBy(drifts, (one) => one.id)) {
      parts.push(
        `<text class="axis" x="0" y="${y + 14}">${escapeHtml(`${stream}: ${id.replace('slow drift: ', '')}`)}</text>`,
      );
      for (const [day, same] of Map.groupBy(own, ({ foundOn }) => foundOn ?? days + 2)) {
        const title = same.map(({ began, column }) => `from partition ${began} ${column}`).join(', ');
        parts.push(
          `<circle class="${day > days ? 'other' : 'mine'}" cx="${label + day * step}" cy="${y + 10}" r="${svgNumber(3 + 2 * Math.sqrt(same.length))}"><title>${escapeHtml(title)}</title></circle>`,
        );
      }
      y += row;
    }
  }
  return svg({
    width: label + (days + 4) * step,
    height: y + 10,
    summary: 'The day on which slow drift is found',
    parts,
  });
}

function svg(of: { width: number; height: number; summary: string; parts: readonly string[] }): string {
  return `<svg viewBox="0 0 ${of.width} ${of.height}" role="img" aria-label="${escapeHtml(of.summary)}">${of.parts.join('')}</svg>`;
}

function color(at: number): string {
  return `hsl(${hues[at % hues.length] ?? 0} 55% 50%)`;
}

function key(stroke: string, name: string): string {
  return `<li><svg viewBox="0 0 14 14" aria-hidden="true"><path d="M1 7L13 7" style="stroke:${stroke};stroke-width:3"/></svg>${escapeHtml(name)}</li>`;
}
