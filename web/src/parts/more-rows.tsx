import { Button, Center, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';

const step = 100;

type Props<T> = {
  readonly rows: readonly T[];
  readonly head: readonly string[];
  /** A `Table.Tr` with a key. */
  readonly row: (each: T) => ReactNode;
  /** Narrower than this, the table scrolls. */
  readonly minWidth: number;
};

/** A table that draws a hundred rows, and more when they are asked for. */
export function MoreRows<T>({ rows, head, row, minWidth }: Props<T>) {
  const [shown, setShown] = useState(step);
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={minWidth}>
        <Table verticalSpacing="xs" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {head.map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
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
