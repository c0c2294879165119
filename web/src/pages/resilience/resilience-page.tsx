import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Answer } from '../../parts/answer.tsx';
import { ClusterSection } from './cluster-section.tsx';
import { DrillList } from './drill-list.tsx';
import { OwnSection } from './own-section.tsx';
import { resilience } from './resilience-queries.ts';
import { SourcesSection } from './sources-section.tsx';
import { WorkSection } from './work-section.tsx';

/** How well the clusters bear failures and load, and what drills have proved. */
export function ResiliencePage() {
  const query = useQuery(resilience);
  return (
    <Stack gap="lg">
      <title>Resilience · Assay</title>
      <div>
        <Title order={2}>Resilience</Title>
        <Text className="quiet">
          What fails, how soon work goes on, and how much the machines have to do.
        </Text>
      </div>
      <Answer query={query} height={420}>
        {({ work, clusters, own }) => (
          <>
            <WorkSection work={work} />
            <ClusterSection name="ingestion" samples={clusters.ingestion} />
            <ClusterSection name="quality" samples={clusters.quality} />
            <SourcesSection />
            <OwnSection own={own} />
          </>
        )}
      </Answer>
      <DrillList />
    </Stack>
  );
}
