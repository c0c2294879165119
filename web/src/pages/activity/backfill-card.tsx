import { Badge, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { BackfillView } from '../../../../src/services/ingestion/backfills.ts';
import { act } from '../../api/request.ts';
import { durationText, numberText } from '../../parts/words.ts';

/** How far a backfill is, with the ways to pause, resume and cancel it. */
export function BackfillCard({ backfill }: { readonly backfill: BackfillView }) {
  const { id, dataset, state, partitions, ingested, measured, failed, rows, rate, startedAt, endedAt } =
    backfill;
  const total = partitions ?? 0;
  const share = total === 0 ? 0 : ((ingested + measured) / (2 * total)) * 100;
  const isOver = endedAt !== undefined;
  return (
    <Stack className="card" p="md" gap={8}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Link href={`/activity/backfills/${id}`} className="row-link">
            <Text fw={600}>Backfill of {dataset}</Text>
          </Link>
          <Badge variant="light" color={state === 'failed' ? 'red' : isOver ? 'green' : 'blue'} tt="none">
            {state.replaceAll('_', ' ')}
          </Badge>
        </Group>
        {isOver ? null : <Controls backfill={backfill} />}
      </Group>
      <Progress
        value={isOver && state === 'succeeded' ? 100 : share}
        striped={!isOver && state !== 'paused'}
        animated={!isOver && state !== 'paused'}
        aria-label={`Backfill of ${dataset}`}
        color={state === 'failed' ? 'red' : 'lagoon'}
      />
      <Text size="sm" className="quiet numbers">
        {partitions === undefined
          ? 'looking for partitions'
          : `${ingested} of ${partitions} partitions taken in, ${measured} measured`}
        {failed > 0 ? `, ${failed} failed` : ''} · {numberText(rows)} rows
        {isOver
          ? ` · took ${durationText(endedAt - startedAt)}`
          : ` · ${numberText(Math.round(rate.rowsPerSecond))} rows/s${rate.etaMs === undefined ? '' : ` · ${durationText(rate.etaMs)} left`}`}
      </Text>
    </Stack>
  );
}

function Controls({ backfill: { id, state } }: { readonly backfill: BackfillView }) {
  const client = useQueryClient();
  const control = useMutation({
    mutationFn: (action: 'pause' | 'resume' | 'cancel') =>
      act<BackfillView>('POST', `/backfills/${encodeURIComponent(id)}/${action}`),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['backfills'] }),
        client.invalidateQueries({ queryKey: ['backfill', id] }),
      ]),
  });
  const isPaused = state === 'paused';
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        loading={control.isPending}
        onClick={() => control.mutate(isPaused ? 'resume' : 'pause')}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Button size="xs" variant="subtle" color="red" onClick={() => control.mutate('cancel')}>
        Cancel
      </Button>
    </Group>
  );
}
