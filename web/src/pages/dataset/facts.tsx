import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Result } from '../../../../src/core/checks/result.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { agoText, numberText } from '../../parts/words.ts';

type Props = {
  readonly dataset: DatasetDetailView;
  /** Of the newest partition; undefined until they are there. */
  readonly results: readonly Result[] | undefined;
};

/** What an owner wants to know first about the newest partition. */
export function Facts({ dataset: { dataset, lastPartition, definition }, results }: Props) {
  if (lastPartition === undefined) return null;
  const { partition, rowCount, rejectedCount, ingestedAt } = lastPartition;
  const path = `/datasets/${encodeURIComponent(dataset)}`;
  const judged = (results ?? []).filter(({ status }) => status !== 'not_evaluated');
  const passed = judged.filter(({ status }) => status === 'pass').length;
  return (
    <div className="card facts" style={{ padding: '14px 18px' }}>
      <Fact label="Newest partition">
        <Anchor component={Link} href={`${path}/partitions/${encodeURIComponent(partition)}`} inherit>
          {partition}
        </Anchor>
      </Fact>
      <Fact label="Taken in">{agoText(ingestedAt, Date.now())}</Fact>
      <Fact label="Rows">
        {numberText(rowCount)}
        {rejectedCount === 0 ? '' : `, ${numberText(rejectedCount)} rejected`}
      </Fact>
      <Fact label="Checks that pass">{results === undefined ? '…' : `${passed} of ${judged.length}`}</Fact>
      <Fact label="Published">{publishedText(definition.publish)}</Fact>
    </div>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text size="xs" className="quiet">
        {label}
      </Text>
      <Text fw={600} className="numbers" component="div">
        {children}
      </Text>
    </div>
  );
}

function publishedText(publish: DatasetDetailView['definition']['publish']): string {
  if (publish.type === 'periodic') return `${publish.cron} (${publish.timeZone})`;
  return publish.type === 'static' ? 'on no schedule' : 'continuously';
}
