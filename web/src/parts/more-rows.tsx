import { Button, Center, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';

const step = 50;

/** A column's title; `from`: only on screens at least so wide. */
type Column = string | { readonly title: string; readonly from: 'sm' | 'md' | 'lg' };

type Props<T> = {
  readonly rows: readonly T[];
  readonly head: readonly Column[];
  /** A `Table.Tr` with a key. */
  readonly row: (each: T) => ReactNode;
  /** Narrower than this, the table scrolls. */
  readonly minWidth: number;
};

/** A table that draws fifty rows, and more when they are asked for. */
export function MoreRows<T>({ rows, head, row, minWidth }: Props<T>) {
  const [shown, setShown] = useState(step);
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={minWidth}>
        <Table verticalSpacing={7} horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {head.map((column) =>
                typeof column === 'string' ? (
                  <Table.Th key={column}>{column}</Table.Th>
                ) : (
                  <Table.Th key={column.title} visibleFrom={column.from}>
                    {column.title}
                  </Table.Th>
                ),
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{rows.slice(0, shown).map(row)}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {rows.length > shown ? (
        <Center p="xs">
          <Button variant="subtle" onClick={() => setShown((before) => before + step)}>
            Show more of {rows.length}
          </Button>
        </Center>
      ) : null}
    </div>
  );
}
