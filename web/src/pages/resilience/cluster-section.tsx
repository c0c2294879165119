import { SimpleGrid, Text, Title } from '@mantine/core';
import type { ClusterSample } from '../../../../src/services/cluster/resilience.ts';
import { numberText } from '../../parts/words.ts';
import { type PlotSeries, TimePlot } from './time-plot.tsx';

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const percent = (value: number): string => `${numberText(Math.round(100 * value))} %`;

type Value = (sample: ClusterSample) => number | undefined;

type Plot = {
  readonly title: string;
  readonly most: number;
  readonly format: (value: number) => string;
  readonly series: readonly (Omit<PlotSeries, 'points'> & { readonly of: Value })[];
};

const plots: readonly Plot[] = [
  {
    title: 'Slots',
    most: 2,
    format: numberText,
    series: [
      { name: 'busy', color: 'var(--accent)', kind: 'area', of: ({ busy }) => busy },
      { name: 'all', color: 'var(--quiet)', kind: 'line', of: ({ slots }) => slots },
    ],
  },
  {
    title: 'What waits',
    most: 4,
    format: numberText,
    series: [
      { name: 'open jobs', color: 'var(--fill-warn)', kind: 'area', of: ({ jobsOpen }) => jobsOpen },
      { name: 'waiting tasks', color: 'var(--status-error)', kind: 'line', of: ({ waiting }) => waiting },
    ],
  },
  {
    title: 'Data nodes',
    most: 2,
    format: numberText,
    series: [{ name: 'nodes', color: 'var(--fill-pass)', kind: 'area', of: ({ nodes }) => nodes }],
  },
  {
    title: 'Use of machines, mean of all nodes',
    most: 1,
    format: percent,
    series: [
      { name: 'processors', color: 'var(--accent)', kind: 'area', of: ({ cpu }) => cpu },
      { name: 'memory', color: 'var(--status-error)', kind: 'line', of: ({ memory }) => memory },
    ],
  },
];

type Props = { readonly name: string; readonly samples: readonly ClusterSample[] };

/** The load of one cluster over the last hour. */
export function ClusterSection({ name, samples }: Props) {
  const [first] = samples;
  const last = samples.at(-1);
  return (
    <section className="card" style={{ padding: 16 }}>
      <Title order={3} size="h4" mb="xs" tt="capitalize">
        {name}
      </Title>
      {first === undefined || last === undefined ? (
        <Text className="quiet">
          This process has seen nothing of the cluster yet. It looks every five seconds.
        </Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          {plots.map(({ series, ...plot }) => (
            <TimePlot
              key={plot.title}
              {...plot}
              series={series.map(({ of, ...one }) => ({ ...one, points: pointsOf(samples, of) }))}
              from={first.at}
              to={last.at}
              formatTime={(at) => clock.format(at)}
            />
          ))}
        </SimpleGrid>
      )}
    </section>
  );
}

function pointsOf(samples: readonly ClusterSample[], of: Value): PlotSeries['points'] {
  return samples.flatMap((sample) => {
    const value = of(sample);
    return value === undefined ? [] : [{ at: sample.at, value }];
  });
}
