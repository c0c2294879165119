import { Alert, Button, Group, Menu, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { IncidentView, PersonReason } from '../../../../src/services/quality/incidents.ts';
import { incident as incidentQuery } from '../../api/queries.ts';
import { act } from '../../api/request.ts';

const reasons: readonly { readonly value: PersonReason; readonly label: string }[] = [
  { value: 'real_error', label: 'It was an error of the data' },
  { value: 'expected_once', label: 'It was right, this once' },
  { value: 'expected', label: 'It was right, and may come again' },
  { value: 'new_normal', label: 'It is the new normal' },
  { value: 'false_alarm', label: 'It was a false alarm' },
  { value: 'other', label: 'Something else' },
];

type Wish = { readonly action: string; readonly body: Readonly<Record<string, string>> };

/** What people can do with an incident. Why it is resolved teaches the thresholds. */
export function IncidentActions({ incident }: { readonly incident: IncidentView }) {
  const [by, setBy] = useLocalStorage({ key: 'assay-name', defaultValue: '' });
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ action, body }: Wish) =>
      act<IncidentView>('POST', `/incidents/${encodeURIComponent(incident.id)}/${action}`, body),
    onSuccess: (changed) => {
      client.setQueryData(incidentQuery(incident.id).queryKey, changed);
      return client.invalidateQueries({ queryKey: ['incidents'] });
    },
  });
  const isResolved = incident.state.state === 'resolved';
  const isNameless = by.trim() === '';
  const wish = (action: string, body: Record<string, string> = {}) =>
    change.mutate({ action, body: { by: by.trim(), ...body } });
  return (
    <>
      <Group gap="sm" align="end">
        <TextInput
          label="Your name"
          value={by}
          onChange={(event) => setBy(event.currentTarget.value)}
          placeholder="for the history"
          w={180}
          size="sm"
        />
        {isResolved ? (
          <Button variant="default" disabled={isNameless} onClick={() => wish('reopen')}>
            Open again
          </Button>
        ) : (
          <>
            <Button
              variant="default"
              disabled={isNameless || incident.state.state !== 'new'}
              onClick={() => wish('acknowledge')}
            >
              Acknowledge
            </Button>
            <Button variant="default" disabled={isNameless} onClick={() => wish('assign', { to: by.trim() })}>
              Take it
            </Button>
            <Menu position="bottom-start">
              <Menu.Target>
                <Button disabled={isNameless} loading={change.isPending}>
                  Resolve …
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {reasons.map(({ value, label }) => (
                  <Menu.Item key={value} onClick={() => wish('resolve', { reason: value })}>
                    {label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          </>
        )}
      </Group>
      {change.error === null ? null : (
        <Alert color="red" role="alert">
          {change.error.message}
        </Alert>
      )}
    </>
  );
}
