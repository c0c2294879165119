import { Alert, Group, Radio, SegmentedControl, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import type { Plain } from '../../../../src/core/datasets/decode/plain.ts';
import { flowText } from '../../../../src/core/suggestions/yaml-text.ts';
import type { PreviewView } from '../../../../src/services/registry/preview.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { numberText, sizeText, timeText } from '../../parts/words.ts';
import type { Draft, Publishing } from './draft.ts';

type Props = {
  readonly draft: Draft;
  readonly preview: PreviewView;
  readonly change: (to: Partial<Draft>) => void;
};

/** What the source looks like, and how it is cut into partitions. */
export function ShapeStep(props: Props) {
  const { preview } = props;
  return (
    <Stack gap="lg">
      {preview.remarks.map((remark) => (
        <Alert key={remark} color="yellow" role="status">
          {remark}
        </Alert>
      ))}
      <Columns preview={preview} />
      <Cutting {...props} />
      <Timing {...props} />
      {preview.rows === undefined ? null : (
        <section>
          <Title order={3} size="h5" mb="xs">
            First rows of the newest partition
          </Title>
          <DataTable {...preview.rows} label="First rows" />
        </section>
      )}
    </Stack>
  );
}

function Columns({ preview: { columns, read } }: { readonly preview: PreviewView }) {
  return (
    <section>
      <Title order={3} size="h5">
        {columns.length === 1 ? '1 column' : `${columns.length} columns`}
      </Title>
      <Text size="sm" className="quiet" mb="xs">
        {read.partitions === 0
          ? 'No rows were read.'
          : `Read for this: ${numberText(read.rows)} rows of the newest ${read.partitions === 1 ? 'partition' : `${read.partitions} partitions`}.`}
      </Text>
      <div className="card" style={{ overflow: 'hidden' }}>
        <Table.ScrollContainer minWidth={0} mah={360}>
          <Table verticalSpacing={5} horizontalSpacing="md" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Column</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th ta="right">Nulls</Table.Th>
                <Table.Th ta="right" visibleFrom="sm">
                  Different values
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {columns.map(({ name, native, nullPercent, distinctCount }) => (
                <Table.Tr key={name}>
                  <Table.Td fw={600} style={{ overflowWrap: 'anywhere' }}>
                    {name}
                  </Table.Td>
                  <Table.Td className="quiet">{native}</Table.Td>
                  <Table.Td ta="right" className="numbers">
                    {nullPercent === undefined ? '–' : `${numberText(nullPercent)} %`}
                  </Table.Td>
                  <Table.Td ta="right" className="numbers" visibleFrom="sm">
                    {distinctCount === undefined ? '–' : numberText(distinctCount)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </div>
    </section>
  );
}

const grains = ['hour', 'day', 'month', 'year'];

function Cutting({ preview, change }: Props) {
  const { proposals, partition } = preview;
  const cut = (rule: Plain): void => change({ cut: JSON.stringify(rule) });
  const time = typeof partition === 'object' && 'column' in partition ? partition : undefined;
  // The grain is chosen below.
  const same = (rule: Plain): boolean =>
    time !== undefined && typeof rule === 'object' && 'column' in rule
      ? rule['column'] === time['column']
      : JSON.stringify(rule) === JSON.stringify(partition);
  return (
    <section>
      <Radio.Group
        label={
          <Text component="span" fw={650} fz="md">
            How it is cut into partitions
          </Text>
        }
        value={String(proposals.findIndex(({ rule }) => same(rule)))}
        onChange={(at) => cut(proposals[Number(at)]?.rule ?? 'none')}
      >
        <Stack gap="xs" mt="xs">
          {proposals.map(({ rule, reason }, at) => (
            <Radio key={flowText(rule)} value={String(at)} label={ruleText(rule)} description={reason} />
          ))}
        </Stack>
      </Radio.Group>
      {time === undefined ? null : (
        <SegmentedControl
          mt="sm"
          size="xs"
          aria-label="Length of a partition"
          data={grains}
          value={textOf(time['by'])}
          onChange={(by) => cut({ column: time['column'] ?? '', by })}
        />
      )}
      <Partitions preview={preview} />
    </section>
  );
}

function ruleText(rule: Plain): string {
  if (typeof rule !== 'object') return 'Not at all';
  if ('column' in rule) return `By the column ${textOf(rule['column'])}`;
  if ('path' in rule) return `By the path: ${textOf(rule['path'])}`;
  if ('file' in rule) return 'By file';
  return flowText(rule);
}

function Partitions({ preview: { partitions } }: { readonly preview: PreviewView }) {
  if (partitions === undefined) return null;
  const { count, named } = partitions;
  return (
    <div className="card" style={{ overflow: 'hidden', marginTop: 12 }}>
      <Table.ScrollContainer minWidth={0} mah={260}>
        <Table verticalSpacing={4} horizontalSpacing="md" fz="sm" captionSide="top">
          <Table.Caption ta="left" px="md" pt="sm" mt={0} c="inherit">
            {count === 1 ? '1 partition' : `${numberText(count)} partitions`}
            {count > named.length ? `, of which these are the oldest and the newest` : ''}
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Partition</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Written
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {named.toReversed().map(({ key, sizeBytes, modifiedAt }) => (
              <Table.Tr key={key}>
                <Table.Td className="numbers" style={{ overflowWrap: 'anywhere' }}>
                  {key}
                </Table.Td>
                <Table.Td ta="right" className="numbers">
                  {sizeBytes === undefined ? '–' : sizeText(sizeBytes)}
                </Table.Td>
                <Table.Td ta="right" className="quiet numbers" visibleFrom="sm">
                  {modifiedAt === undefined ? '–' : timeText(modifiedAt)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function Timing({ draft, preview: { publish }, change }: Props) {
  const when = draft.when ?? (publish === undefined ? 'static' : 'proposed');
  return (
    <section>
      <Radio.Group
        label={
          <Text component="span" fw={650} fz="md">
            When new partitions come
          </Text>
        }
        description={publish === undefined ? 'It can not be told from when these were written.' : undefined}
        value={when}
        onChange={(value) => change({ when: value as Publishing })}
      >
        <Stack gap="xs" mt="xs">
          {publish === undefined ? null : (
            <Radio value="proposed" label={publishText(publish.rule)} description={publish.reason} />
          )}
          <Group gap="sm" align="end">
            <Radio value="periodic" label="At times of my own" />
            {when === 'periodic' ? (
              <TextInput
                aria-label="Times, as five fields of cron, in UTC"
                value={draft.cron}
                onChange={(event) => change({ cron: event.currentTarget.value })}
                size="xs"
                w={150}
              />
            ) : null}
          </Group>
          <Radio value="continuous" label="All the time" />
          <Radio value="static" label="When somebody asks for a scan" />
        </Stack>
      </Radio.Group>
    </section>
  );
}

function publishText(rule: Plain): string {
  return typeof rule === 'object' && 'cron' in rule
    ? `At ${textOf(rule['cron'])} UTC (cron)`
    : flowText(rule);
}

function textOf(value: Plain | undefined): string {
  return typeof value === 'string' ? value : '';
}
