import { Button, Menu, Text } from '@mantine/core';
import type { PersonReason } from '../../../../src/services/quality/incidents.ts';

type Reason = { readonly value: PersonReason; readonly label: string; readonly effect: string };

const groups: readonly { readonly title: string; readonly reasons: readonly Reason[] }[] = [
  {
    title: 'The data were wrong',
    reasons: [
      { value: 'real_error', label: 'It was an error of the data', effect: 'The partition teaches nothing.' },
    ],
  },
  {
    title: 'The data were right',
    reasons: [
      {
        value: 'expected',
        label: 'Expected: it may come again',
        effect: 'The band reaches that far from now on.',
      },
      { value: 'expected_once', label: 'Expected, this once', effect: 'It is not learned from.' },
      {
        value: 'expected_weekly',
        label: 'Expected every week',
        effect: 'This weekday is a day of its own kind.',
      },
      { value: 'expected_monthly', label: 'Expected every month', effect: 'This day of the month is one.' },
      { value: 'expected_yearly', label: 'Expected every year', effect: 'This date is one.' },
      { value: 'new_normal', label: 'It is the new normal', effect: 'The level moves there at once.' },
      { value: 'false_alarm', label: 'It was a false alarm', effect: 'Nothing as near alarms again.' },
    ],
  },
  {
    title: 'Neither',
    reasons: [{ value: 'other', label: 'Something else', effect: 'Nothing is learned from the answer.' }],
  },
];

type Props = {
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
  readonly isDisabled: boolean;
  readonly isPending: boolean;
  readonly onResolve: (reason: PersonReason) => void;
};

/** The reasons for which an incident is closed, each with what it teaches. */
export function ResolveMenu({ isOpen, onToggle, isDisabled, isPending, onResolve }: Props) {
  return (
    <Menu position="bottom-start" opened={isOpen} onChange={onToggle} width={330} withinPortal>
      <Menu.Target>
        <Button disabled={isDisabled} loading={isPending} aria-keyshortcuts="r">
          Resolve …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map(({ title, reasons }) => (
          <div key={title} role="group" aria-label={title}>
            <Menu.Label>{title}</Menu.Label>
            {reasons.map(({ value, label, effect }) => (
              <Menu.Item key={value} onClick={() => onResolve(value)}>
                {label}
                <Text size="xs" className="quiet">
                  {effect}
                </Text>
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
