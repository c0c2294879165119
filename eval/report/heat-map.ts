import { escapeHtml, svgNumber } from '../../src/cli/reports/html/page.ts';
import type { Report } from '../judge/report.ts';
import { errorKinds, ours, percent, summariesOf } from './figures.ts';

const cell = { width: 112, height: 34, label: 210, stream: 84, gap: 14 } as const;

/** Recall for each kind and size of error on each stream: the fuller the colour, the more is found. */
export function recallHeatMap(report: Report): string {
  const all = summariesOf(report, ours);
  const widest = Math.max(...errorKinds.map(({ magnitudes }) => magnitudes.length));
  const width = cell.label + cell.stream + widest * cell.width;
  let y = 0;
  const parts: string[] = [];
  for (const { type, magnitudes } of errorKinds) {
    parts.push(text({ x: 0, y: y + 20, words: type, className: 'kind' }));
    for (const { name } of report.streams) {
      const recalls = all.find(({ stream }) => stream === name)?.recalls ?? [];
      parts.push(text({ x: cell.label, y: y + 20, words: name, className: 'axis' }));
      for (const [at, magnitude] of magnitudes.entries()) {
        const one = recalls.find((each) => each.type === type && each.magnitude === magnitude);
        parts.push(
          square({
            x: cell.label + cell.stream + at * cell.width,
            y,
            magnitude,
            share: one && one.found / one.tests,
          }),
        );
      }
      y += cell.height;
    }
    y += cell.gap;
  }
  return `<svg viewBox="0 0 ${width} ${y}" role="img" aria-label="Recall for each kind and size of error, as in the table below">${parts.join('')}</svg>`;
}

function square(of: { x: number; y: number; magnitude: string; share: number | undefined }): string {
  const { x, y, magnitude, share } = of;
  if (share === undefined) return text({ x: x + 6, y: y + 20, words: '–', className: 'axis' });
  const box = `x="${svgNumber(x)}" y="${svgNumber(y)}" width="${cell.width - 3}" height="${cell.height - 3}" rx="4"`;
  const shown = percent(share);
  return `<g><title>${escapeHtml(`${magnitude}: ${shown}`)}</title><rect class="empty" ${box}/><rect class="found" ${box} fill-opacity="${svgNumber(share)}"/>${text({ x: x + 6, y: y + 13, words: magnitude, className: share > 0.45 ? 'on' : 'axis' })}${text({ x: x + 6, y: y + 26, words: shown, className: share > 0.45 ? 'on strong' : 'axis strong' })}</g>`;
}

function text(of: { x: number; y: number; words: string; className: string }): string {
  return `<text class="${of.className}" x="${svgNumber(of.x)}" y="${svgNumber(of.y)}">${escapeHtml(of.words)}</text>`;
}
