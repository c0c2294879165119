import { Table, Text, UnstyledButton } from '@mantine/core';
import { formatOf, formatValue } from '../../../../src/core/checks/format.ts';
import type { Result } from '../../../../src/core/checks/result.ts';
import type { ResultsView } from '../../../../src/services/quality/results.ts';
import { MoreRows } from '../../parts/more-rows.tsx';
import { SparkLine } from '../../parts/spark-line.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { statusInk } from '../../parts/status-words.ts';

type Props = {
  readonly results: readonly Result[];
  readonly metrics: ResultsView['metrics'];
  readonly onChoose: (id: string) => void;
};

/** Checks, a line each; a click explains one. */
export function CheckTable({ results, metrics, onChoose }: Props) {
  return (
    <MoreRows
      rows={results}
      minWidth={720}
      head={['Check', 'Status', 'Value', 'Band', 'Last partitions']}
      row={(result) => (
        <Table.Tr key={result.id}>
          <Table.Td miw={170}>
            <UnstyledButton onClick={() => onChoose(result.id)} className="row-link">
              <Text component="span" ff="monospace" size="sm" fw={550} className="wrap" lineClamp={2}>
                <bdi>{result.check}</bdi>
              </Text>
            </UnstyledButton>
          </Table.Td>
          <Table.Td>
            <StatusMark status={result.status} />
          </Table.Td>
          <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
            {valueText(result)}
          </Table.Td>
          <Table.Td className="numbers quiet" style={{ whiteSpace: 'nowrap' }}>
            {bandText(result)}
          </Table.Td>
          <Table.Td>
            <SparkLine
              values={metrics[result.metric]?.values ?? []}
              label={`The course of ${result.metric}`}
              mark={statusInk(result.status)}
            />
          </Table.Td>
        </Table.Tr>
      )}
    />
  );
}

/** A result's value for people. */
export function valueText({ metric, value, exact }: Result): string {
  if (value === undefined) return exact ?? '–';
  return formatValue(value, formatOf(metric, exact));
}

/** The band of a result for people. */
export function bandText({ metric, exact, lower, upper }: Result): string {
  const text = (bound: number): string => formatValue(bound, formatOf(metric, exact));
  if (lower === undefined) return upper === undefined ? '–' : `≤ ${text(upper)}`;
  if (upper === undefined) return `≥ ${text(lower)}`;
  return lower === upper ? text(lower) : `${text(lower)} – ${text(upper)}`;
}
