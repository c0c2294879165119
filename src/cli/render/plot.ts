/** A series with the band that it was expected in; all lists have one entry for each point. */
export type PlottedSeries = {
  readonly values: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** Points that are marked below the plot. */
  readonly marks: readonly (string | null)[];
};

export type Plot = {
  /** From the top; each `width` characters wide. */
  readonly lines: readonly string[];
  /** One character for each column: the last mark of its points, or a blank. */
  readonly marks: string;
  readonly low: number;
  readonly high: number;
};

/** The bits of the eight dots of a braille character, by row and column (Unicode 2800). */
const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Draws values as braille dots over a shaded band, `width` by `height` characters. Undefined without any value. */
export function plotSeries(
  series: PlottedSeries,
  size: { readonly width: number; readonly height: number },
): Plot | undefined {
  const range = plotRange(series);
  if (range === undefined) return undefined;
  const { low, high } = range;
  const { width, height } = size;
  const count = series.values.length;
  const rowsOfDots = height * 4;
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  const dots = Array.from({ length: height }, () => Array.from({ length: width }, () => 0));
  const marks = Array.from({ length: width }, () => ' ');
  for (const [at, value] of series.values.entries()) {
    const dotColumn = Math.min(width * 2 - 1, Math.floor((at * width * 2) / count));
    const mark = series.marks[at];
    if (mark !== null && mark !== undefined) marks[dotColumn >> 1] = mark;
    if (value === null) continue;
    const dotRow = Math.round((1 - Math.min(1, Math.max(0, share(value)))) * (rowsOfDots - 1));
    const line = dots[dotRow >> 2];
    if (line !== undefined)
      line[dotColumn >> 1] = (line[dotColumn >> 1] ?? 0) | (dotBits[dotRow & 3]?.[dotColumn & 1] ?? 0);
  }
  const lines = dots.map((line, row) =>
    line
      .map((bits, column) => {
        if (bits > 0) return String.fromCodePoint(0x2800 + bits);
        const at = Math.min(count - 1, Math.floor(((column + 0.5) * count) / width));
        return isInBand(series, at, low + ((height - row - 0.5) / height) * (high - low)) ? '░' : ' ';
      })
      .join(''),
  );
  return { lines, marks: marks.join(''), low, high };
}

/**
 * The values to show: from the least to the greatest with the band, except what lies so far outside of the middle nine tenths
 * that all the rest would be a line.
 */
export function plotRange({
  values,
  lower,
  upper,
}: Omit<PlottedSeries, 'marks'>): { readonly low: number; readonly high: number } | undefined {
  const sorted = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const [from, to] = [quantileOf(sorted, 0.05), quantileOf(sorted, 0.95)];
  const span = to > from ? to - from : most - least;
  const edges = [...lower, ...upper].filter((edge): edge is number => edge !== null);
  const [lowEdge, highEdge] = [
    edges.reduce((a, b) => Math.min(a, b), least),
    edges.reduce((a, b) => Math.max(a, b), most),
  ];
  return {
    low: Math.min(Math.max(least, from - spans.values * span), Math.max(lowEdge, from - spans.band * span)),
    high: Math.max(Math.min(most, to + spans.values * span), Math.min(highEdge, to + spans.band * span)),
  };
}

/** How far beyond the middle of the values others are shown, and the band, in spans of that middle. */
const spans = { values: 5, band: 1 } as const;

function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}

function isInBand({ lower, upper }: PlottedSeries, at: number, level: number): boolean {
  const [low, high] = [lower[at] ?? null, upper[at] ?? null];
  if (low === null && high === null) return false;
  return level >= (low ?? Number.NEGATIVE_INFINITY) && level <= (high ?? Number.POSITIVE_INFINITY);
}
