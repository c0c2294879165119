import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export type PlotPoint = { readonly at: number; readonly value: number };

/** `line` is drawn over the others, which are areas from zero on. */
export type PlotSeries = {
  readonly name: string;
  readonly color: string;
  readonly kind: 'area' | 'line' | 'bars';
  readonly points: readonly PlotPoint[];
};

export type PlotMark = { readonly at: number; readonly label: string; readonly title: string };

type Props = {
  readonly title: string;
  readonly series: readonly PlotSeries[];
  readonly from: number;
  readonly to: number;
  readonly height?: number;
  /** At least as high as this, so that a few do not look like many. */
  readonly most?: number;
  readonly format: (value: number) => string;
  readonly formatTime: (at: number) => string;
  readonly marks?: readonly PlotMark[];
};

/** The drawing is stretched to the width that there is; texts stand beside it, so that they are not. */
const width = 1_000;

/** A few series over time, as plain shapes: its words say the same to those who do not see it. */
export function TimePlot(props: Props) {
  const { title, series, from, to, most = 0, format, formatTime, marks = [] } = props;
  const highest = Math.max(most, 1e-9, ...series.flatMap(({ points }) => points.map(({ value }) => value)));
  const x = (at: number): number => ((at - from) / Math.max(1, to - from)) * width;
  return (
    <figure style={{ margin: 0 }}>
      <Head title={title} series={series} />
      <div style={{ position: 'relative', paddingTop: marks.length === 0 ? 0 : 22 }}>
        {marks.map(({ at, label, title: about }) => (
          <span
            key={label}
            title={about}
            aria-hidden="true"
            className="plot-mark"
            style={{ left: `${Math.min(100, Math.max(0, x(at) / 10))}%` }}
          >
            {label}
          </span>
        ))}
        <Drawing {...props} highest={highest} x={x} />
      </div>
      <Group justify="space-between" mt={2}>
        <Small>{formatTime(from)}</Small>
        <Small>up to {format(highest)}</Small>
        <Small>{formatTime(to)}</Small>
      </Group>
    </figure>
  );
}

function Head({ title, series }: Pick<Props, 'title' | 'series'>) {
  return (
    <Group justify="space-between" gap="xs" mb={4} wrap="wrap">
      <Text component="figcaption" size="sm" fw={600}>
        {title}
      </Text>
      <Group gap="sm">
        {series.map(({ name, color }) => (
          <Text key={name} size="xs" className="quiet">
            <span aria-hidden="true" style={{ color, fontSize: 14 }}>
              ■
            </span>{' '}
            {name}
          </Text>
        ))}
      </Group>
    </Group>
  );
}

function Small({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="xs" className="quiet numbers">
      {children}
    </Text>
  );
}

type DrawingProps = Props & { readonly highest: number; readonly x: (at: number) => number };

function Drawing({ title, series, height = 110, format, marks = [], highest, x }: DrawingProps) {
  const y = (value: number): number => height - (value / highest) * (height - 4);
  const words = series.map(({ name, points }) => {
    const values = points.map(({ value }) => value);
    return `${name}: last ${format(values.at(-1) ?? 0)}, at most ${format(Math.max(0, ...values))}`;
  });
  return (
    <svg
      role="img"
      aria-label={`${title}. ${words.join('; ')}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      style={{ display: 'block', width: '100%', height, borderBottom: '1px solid var(--line)' }}
    >
      {[0.25, 0.5, 0.75, 1].map((share) => (
        <line
          key={share}
          x1={0}
          x2={width}
          y1={y(share * highest)}
          y2={y(share * highest)}
          stroke="var(--line)"
          vectorEffect="non-scaling-stroke"
        />
      ))}
      {marks.map(({ at, label }) => (
        <line
          key={label}
          x1={x(at)}
          x2={x(at)}
          y1={0}
          y2={height}
          stroke="var(--status-fail)"
          strokeDasharray="3 3"
          vectorEffect="non-scaling-stroke"
        />
      ))}
      {series.map((one) => (
        <Shape key={one.name} series={one} x={x} y={y} height={height} />
      ))}
    </svg>
  );
}

function Shape({
  series: { kind, color, points },
  x,
  y,
  height,
}: {
  readonly series: PlotSeries;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly height: number;
}) {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' L');
  if (kind === 'line') {
    return (
      <path d={`M${path}`} fill="none" stroke={color} strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
    );
  }
  if (kind === 'bars') {
    const step = points[1] === undefined ? width / 96 : x(points[1].at) - x(first.at);
    const wide = Math.max(1, step * 0.8);
    return points.map(({ at, value }) => (
      <rect key={at} x={x(at)} y={y(value)} width={wide} height={height - y(value)} fill={color} />
    ));
  }
  return (
    <path
      d={`M${x(first.at)},${height} L${path} L${x(last.at)},${height} Z`}
      fill={color}
      fillOpacity={0.55}
    />
  );
}
