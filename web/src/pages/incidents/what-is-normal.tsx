import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { IncidentView } from '../../../../src/services/quality/incidents.ts';
import { outlook } from '../../api/queries.ts';
import type { NextBand } from '../../charts/band-option.ts';
import { bandWords, MetricChart } from '../../charts/metric-chart.tsx';

const chartsShown = 2;

/** The metrics that deviated, with what is normal next: what people say of the incident moves it. */
export function WhatIsNormal({ incident }: { readonly incident: IncidentView }) {
  const deviations = incident.lines.flatMap(({ deviation }) =>
    deviation?.value === undefined ? [] : [deviation],
  );
  // Those that something is learned of say most.
  const deviating = deviations
    .toSorted((a, b) => Number(a.expected === undefined) - Number(b.expected === undefined))
    .map(({ metric }) => metric);
  const metrics = [...new Set(deviating)].slice(0, chartsShown);
  const query = useQuery({ ...outlook(incident.dataset, metrics), enabled: metrics.length > 0 });
  if (metrics.length === 0) return null;
  return (
    <SimpleGrid cols={{ base: 1, lg: metrics.length }} spacing="md">
      {metrics.map((metric) => (
        <Stack key={metric} gap={4}>
          <MetricChart dataset={incident.dataset} metric={metric} height={230} next={query.data?.[metric]} />
          <Moved metric={metric} next={query.data?.[metric]} isComputing={query.isFetching} />
        </Stack>
      ))}
    </SimpleGrid>
  );
}

type MovedProps = {
  readonly metric: string;
  readonly next: NextBand | undefined;
  readonly isComputing: boolean;
};

/** What is normal next, and what it was before somebody said something. */
function Moved({ metric, next, isComputing }: MovedProps) {
  const [seen, setSeen] = useState<{ readonly now: NextBand; readonly before?: NextBand }>();
  if (next !== undefined && (seen === undefined || !isSame(seen.now, next)))
    setSeen(seen === undefined ? { now: next } : { now: next, before: seen.now });
  const words = next === undefined ? '' : `Normal for the next partition: ${bandWords(metric, next)}`;
  const before = seen?.before === undefined ? '' : `; it was ${bandWords(metric, seen.before)}`;
  return (
    <Text size="sm" className="quiet numbers" role="status" mih={20}>
      {isComputing ? 'Computing what is normal next …' : `${words}${before}`}
    </Text>
  );
}

function isSame(a: NextBand, b: NextBand): boolean {
  return a.lower === b.lower && a.upper === b.upper;
}
