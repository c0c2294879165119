type Props = {
  /** Oldest first; null where there is no value. */
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly height?: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** The colour of the last point. */
  readonly mark?: string;
};

/** The course of a few values, the last one marked. Gaps stay gaps. */
export function SparkLine({ values, width = 132, height = 26, label, mark }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return <span className="quiet">–</span>;
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const x = (at: number) => 2 + (at / Math.max(1, values.length - 1)) * (width - 6);
  const y = (value: number) => (span === 0 ? height / 2 : height - 3 - ((value - low) / span) * (height - 6));
  const last = values.at(-1);
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block' }}>
      <path
        d={pathOf(values, x, y)}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      {last === null || last === undefined ? null : (
        <circle cx={x(values.length - 1)} cy={y(last)} r="2.6" fill={mark ?? 'var(--accent)'} />
      )}
    </svg>
  );
}

function pathOf(
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let isDrawing = false;
  for (const [at, value] of values.entries()) {
    if (value !== null) path += `${isDrawing ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    isDrawing = value !== null;
  }
  return path;
}
