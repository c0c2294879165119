import { Button, Group, Popover, Text } from '@mantine/core';
import { useState } from 'react';

type Props = {
  readonly label: string;
  /** What is lost. */
  readonly question: string;
  /** Tells this button from those of other lines. */
  readonly of: string;
  readonly isPending: boolean;
  readonly onSure: () => void;
};

/** A button for what can not be taken back: it asks once. */
export function SureButton({ label, question, of, isPending, onSure }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          loading={isPending}
          aria-label={`${label} ${of}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={280}>
        <Text size="sm" mb="xs" className="wrap">
          {question}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            color="red"
            onClick={() => {
              setOpen(false);
              onSure();
            }}
          >
            {label}
          </Button>
          <Button size="xs" variant="default" onClick={() => setOpen(false)} data-autofocus>
            No
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
