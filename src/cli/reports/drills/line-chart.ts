import { formatNumber } from '../../render/figures.ts';
import { escapeHtml, svgNumber } from '../html/page.ts';

export type ChartLine = {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly mark?: string }[];
};

const frame = { width: 1140, height: 340, left: 70, right: 120, top: 18, bottom: 44 } as const;
const colours = ['#1f5fbf', '#18794e', '#b45309', '#7e3fb8', '#c02626', '#0e7490'];

/** Lines over a logarithmic x and a plain y, each named at its end; marked points carry their words. */
export function lineChart(of: {
  readonly summary: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly ChartLine[];
}): string {
  const points = of.lines.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b);
  const high = ceiling(Math.max(...points.map(({ y }) => y)));
  const scale = scaleOf(xs, high);
  const lines = of.lines.map((line, at) => drawLine(line, colourAt(at), scale));
  return `<svg class="lines" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${escapeHtml(of.summary)}">
${grid(xs, high, scale)}
<text class="axis" x="${frame.left}" y="12">${escapeHtml(of.yTitle)}</text><text class="axis" x="${frame.width - frame.right}" y="${frame.height - 6}" text-anchor="end">${escapeHtml(of.xTitle)}</text>
${lines.join('\n')}
${marks(points, scale)}
${names(of.lines, scale)}
</svg>`;
}

function colourAt(line: number): string {
  return colours[line % colours.length] ?? '';
}

/** The least distance between two texts, one above the other, so that both can be read. */
const textHeight = 15;

/** The words of marked points above them, or as near as those below them at the same place allow. */
function marks(points: readonly ChartLine['points'][number][], { x, y }: Scale): string {
  const free = new Map<number, number>();
  const placed = points
    .flatMap(({ mark, ...point }) => (mark === undefined ? [] : [{ ...point, mark }]))
    .toSorted((a, b) => a.y - b.y)
    .map((point) => {
      const place = Math.min(y(point.y) - 10, free.get(point.x) ?? Number.POSITIVE_INFINITY);
      free.set(point.x, place - textHeight);
      return `<text class="axis" x="${svgNumber(x(point.x))}" y="${svgNumber(place)}" text-anchor="middle">${escapeHtml(point.mark)}</text>`;
    });
  return placed.join('');
}

/** Each name beside the end of its line, or as near as those above it allow. */
function names(lines: readonly ChartLine[], { x, y }: Scale): string {
  const ends = lines.flatMap(({ name, points }, at) => {
    const end = points.at(-1);
    return end === undefined ? [] : [{ name, colour: colourAt(at), x: x(end.x) + 10, y: y(end.y) + 4 }];
  });
  let free = Number.NEGATIVE_INFINITY;
  const placed = ends
    .toSorted((a, b) => a.y - b.y)
    .map((end) => {
      const place = Math.max(end.y, free);
      free = place + textHeight;
      return `<text x="${svgNumber(end.x)}" y="${svgNumber(place)}" fill="${end.colour}" font-size="13">${escapeHtml(end.name)}</text>`;
    });
  return placed.join('');
}

type Scale = { readonly x: (value: number) => number; readonly y: (value: number) => number };

function scaleOf(xs: readonly number[], high: number): Scale {
  const [low, top] = [Math.log(Math.max(1, xs[0] ?? 1)), Math.log(Math.max(1, xs.at(-1) ?? 1))];
  const span = top > low ? top - low : 1;
  const width = frame.width - frame.left - frame.right;
  const height = frame.height - frame.top - frame.bottom;
  return {
    x: (value) => frame.left + ((Math.log(Math.max(1, value)) - low) / span) * width,
    y: (value) => frame.top + (1 - value / high) * height,
  };
}

function grid(xs: readonly number[], high: number, { x, y }: Scale): string {
  const right = frame.width - frame.right;
  const foot = frame.height - frame.bottom;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = svgNumber(y(share * high));
    return `<line class="grid" x1="${frame.left}" x2="${right}" y1="${at}" y2="${at}"/><text class="axis" x="${frame.left - 8}" y="${svgNumber(y(share * high) + 4)}" text-anchor="end">${escapeHtml(formatNumber(share * high))}</text>`;
  });
  const ticks = xs.map(
    (value) =>
      `<text class="axis" x="${svgNumber(x(value))}" y="${foot + 18}" text-anchor="middle">${escapeHtml(formatNumber(value))}</text>`,
  );
  return [...levels, ...ticks].join('');
}

function drawLine({ name, points }: ChartLine, colour: string, { x, y }: Scale): string {
  const places = points.map((point) => `${svgNumber(x(point.x))} ${svgNumber(y(point.y))}`);
  const dots = points.map((point) => {
    const [cx, cy] = [svgNumber(x(point.x)), svgNumber(y(point.y))];
    const title = `${name}: ${formatNumber(point.x)} → ${formatNumber(point.y)}`;
    return `<circle cx="${cx}" cy="${cy}" r="${point.mark === undefined ? 3 : 6}" fill="${colour}"><title>${escapeHtml(title)}</title></circle>`;
  });
  return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

/** The next of 1, 2, 5, 10, 20, … */
function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1e-9, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}
