import { ScrollArea, Table } from '@mantine/core';

type Props = {
  readonly columns: readonly string[];
  /** A null is shown as one. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly label: string;
};

/** Rows of data as they are: narrow, in one font, nothing left out. */
export function DataTable({ columns, rows, label }: Props) {
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
        <Table fz="xs" horizontalSpacing="md" verticalSpacing={5}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, at) => (
              // Rows have no identity but their place, and never move.
              <Table.Tr key={at}>
                {row.map((value, column) => (
                  <Table.Td key={columns[column]} ff="monospace" style={{ whiteSpace: 'nowrap' }}>
                    {value ?? <span className="quiet">null</span>}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </div>
  );
}
