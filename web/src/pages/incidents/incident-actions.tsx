import { Button, Group, Kbd, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useHotkeys, useLocalStorage } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { IncidentView, PersonReason } from '../../../../src/services/quality/incidents.ts';
import { incident as incidentQuery } from '../../api/queries.ts';
import { act } from '../../api/request.ts';
import { FailedRequest } from '../../parts/answer.tsx';
import { useSession } from '../../session/session.ts';
import { ResolveMenu } from './resolve-menu.tsx';

type Wish = { readonly action: string; readonly body: Readonly<Record<string, string>> };

/** What people can do with an incident, by mouse or by a key each. Why it is resolved teaches the thresholds. */
export function IncidentActions({ incident }: { readonly incident: IncidentView }) {
  const [name, setName] = useLocalStorage({ key: 'assay-name', defaultValue: '' });
  const [isMenuOpen, setMenuOpen] = useState(false);
  const { user } = useSession();
  const by = user?.email ?? name.trim();
  const change = useChange(incident);
  const isNameless = by === '';
  const wish = (action: string, body: Record<string, string> = {}) =>
    change.mutate({ action, body: { by, ...body } });
  const { state } = incident.state;
  const can = {
    acknowledge: !isNameless && state === 'new',
    change: !isNameless && state !== 'resolved',
    reopen: !isNameless && state === 'resolved',
  };
  useHotkeys([
    ['a', () => can.acknowledge && wish('acknowledge')],
    ['t', () => can.change && wish('assign', { to: by })],
    ['r', () => can.change && setMenuOpen(true)],
    ['o', () => can.reopen && wish('reopen')],
  ]);
  const button = { variant: 'default', loading: change.isPending } as const;
  return (
    <Stack gap="xs">
      <Group gap="sm" align="end">
        {user === undefined ? <YourName name={name} onChange={setName} /> : null}
        {state === 'resolved' ? (
          <Button {...button} disabled={!can.reopen} onClick={() => wish('reopen')} aria-keyshortcuts="o">
            Open again
          </Button>
        ) : (
          <>
            <Button
              {...button}
              disabled={!can.acknowledge}
              onClick={() => wish('acknowledge')}
              aria-keyshortcuts="a"
            >
              Acknowledge
            </Button>
            <Button
              {...button}
              disabled={!can.change}
              onClick={() => wish('assign', { to: by })}
              aria-keyshortcuts="t"
            >
              Take it
            </Button>
            <GiveTo isDisabled={!can.change} onGive={(to) => wish('assign', { to })} />
            <ResolveMenu
              isOpen={isMenuOpen}
              onToggle={setMenuOpen}
              isDisabled={!can.change}
              isPending={change.isPending}
              onResolve={(reason: PersonReason) => wish('resolve', { reason })}
            />
          </>
        )}
      </Group>
      <Keys isResolved={state === 'resolved'} />
      {change.error === null ? null : <FailedRequest error={change.error} title="It is not changed" />}
    </Stack>
  );
}

function useChange(incident: IncidentView) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, body }: Wish) =>
      act<IncidentView>('POST', `/incidents/${encodeURIComponent(incident.id)}/${action}`, body),
    onSuccess: (changed) => {
      client.setQueryData(incidentQuery(incident.id).queryKey, changed);
      // What people say of an alarm changes what is normal next.
      const stale = [
        ['incidents'],
        ['outlook', incident.dataset],
        ['datasets', 'list'],
        ['dataset', incident.dataset],
      ];
      return Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}

function YourName({ name, onChange }: { readonly name: string; readonly onChange: (name: string) => void }) {
  return (
    <TextInput
      label="Your name"
      value={name}
      onChange={(event) => onChange(event.currentTarget.value)}
      placeholder="for the history"
      w={180}
      size="sm"
    />
  );
}

function Keys({ isResolved }: { readonly isResolved: boolean }) {
  return (
    <Text size="xs" className="quiet" visibleFrom="sm">
      {isResolved ? (
        <>
          <Kbd size="xs">o</Kbd> opens it again
        </>
      ) : (
        <>
          <Kbd size="xs">a</Kbd> acknowledges, <Kbd size="xs">t</Kbd> takes it, <Kbd size="xs">r</Kbd>{' '}
          resolves
        </>
      )}
    </Text>
  );
}

/** Gives an incident to somebody else. */
function GiveTo({
  isDisabled,
  onGive,
}: {
  readonly isDisabled: boolean;
  readonly onGive: (to: string) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [to, setTo] = useState('');
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus withinPortal>
      <Popover.Target>
        <Button
          variant="default"
          disabled={isDisabled}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
        >
          Give it to …
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onGive(to.trim());
            setOpen(false);
          }}
        >
          <Group gap="xs" align="end">
            <TextInput
              label="Who takes care of it"
              placeholder="a name or an address"
              value={to}
              maxLength={200}
              onChange={(event) => setTo(event.currentTarget.value)}
              data-autofocus
            />
            <Button type="submit" disabled={to.trim() === ''}>
              Give
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
