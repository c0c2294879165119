import { Badge, Button, Checkbox, Group, Menu, Stack, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { UserView } from '../../../../src/services/access/users.ts';
import { users } from '../../api/queries.ts';
import { act } from '../../api/request.ts';
import { Answer, FailedRequest } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { useSession } from '../../session/session.ts';
import { Section } from './general-tab.tsx';
import { SureButton } from './sure-button.tsx';
import { ToldOnce } from './told-once.tsx';

type Invited = { readonly user: UserView; readonly invitation: { readonly url: string } };

const note =
  'Send them this link: by it they set a password. It is shown this once, and is good for a short time.';

/** The people of the installation, and inviting others. */
export function UsersTab() {
  const query = useInfiniteQuery(users);
  const [invited, setInvited] = useState<Invited>();
  return (
    <Stack gap="md">
      {invited === undefined ? null : (
        <ToldOnce
          title={`A link for ${invited.user.email}`}
          secret={invited.invitation.url}
          note={note}
          onDone={() => setInvited(undefined)}
        />
      )}
      <Invite onInvited={setInvited} />
      <Answer query={query} height={200}>
        {({ pages }) => (
          <>
            <MoreRows
              rows={pages.flatMap((page) => page.users)}
              minWidth={620}
              head={['Who', 'State', 'May', '']}
              row={(user) => <UserRow key={user.id} user={user} onInvited={setInvited} />}
            />
            {query.hasNextPage ? (
              <Button variant="subtle" onClick={() => void query.fetchNextPage()}>
                Show more people
              </Button>
            ) : null}
          </>
        )}
      </Answer>
    </Stack>
  );
}

function Invite({ onInvited }: { readonly onInvited: (invited: Invited) => void }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [isAdmin, setAdmin] = useState(false);
  const [mayRegister, setRegister] = useState(false);
  const client = useQueryClient();
  const invite = useMutation({
    mutationFn: () =>
      act<Invited>('POST', '/users', {
        email: email.trim(),
        name: name.trim(),
        admin: isAdmin,
        mayRegister,
      }),
    onSuccess: (invited) => {
      onInvited(invited);
      setEmail('');
      setName('');
      return client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <Section title="Invite somebody">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
        style={{ display: 'contents' }}
      >
        <Group gap="sm" align="end">
          <TextInput
            label="E-mail address"
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            w={240}
          />
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            w={200}
          />
          <Stack gap={6} pb={2}>
            <Checkbox
              label="may register datasets"
              checked={mayRegister}
              onChange={(event) => setRegister(event.currentTarget.checked)}
            />
            <Checkbox
              label="administrator"
              checked={isAdmin}
              onChange={(event) => setAdmin(event.currentTarget.checked)}
            />
          </Stack>
          <Button type="submit" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </form>
      {invite.error === null ? null : <FailedRequest error={invite.error} title="Nobody is invited" />}
    </Section>
  );
}

const states = {
  active: { word: 'active', colour: 'green' },
  invited: { word: 'invited', colour: 'blue' },
  disabled: { word: 'disabled', colour: 'gray' },
} as const;

type RowProps = { readonly user: UserView; readonly onInvited: (invited: Invited) => void };

function UserRow({ user, onInvited }: RowProps) {
  const { id, email, name, admin, mayRegister, state } = user;
  const own = useSession().user?.id === id;
  const client = useQueryClient();
  const path = `/users/${encodeURIComponent(id)}`;
  const again = { onSettled: () => client.invalidateQueries({ queryKey: ['users'] }) };
  const change = useMutation({
    mutationFn: (wish: Readonly<Record<string, boolean>>) => act('PATCH', path, wish),
    ...again,
  });
  const remove = useMutation({ mutationFn: () => act('DELETE', path), ...again });
  const invite = useMutation({
    mutationFn: () => act<Invited>('POST', `${path}/invitation`),
    onSuccess: onInvited,
  });
  const error = change.error ?? remove.error ?? invite.error;
  const { word, colour } = states[state];
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550} className="wrap">
          {name}
          {own ? ' (you)' : ''}
        </Text>
        <Text size="xs" className="quiet wrap">
          {email}
        </Text>
        {error === null ? null : (
          <Text size="xs" role="alert" style={{ color: 'var(--status-fail)' }}>
            {error.message}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={colour} tt="none">
          {word}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {admin ? 'administer' : mayRegister ? 'register datasets' : 'what their roles allow'}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <UserMenu user={user} onChange={(wish) => change.mutate(wish)} onInvite={() => invite.mutate()} />
          <SureButton
            label="Remove"
            of={email}
            question={`${email} goes with sessions, keys and roles.`}
            isPending={remove.isPending}
            onSure={() => remove.mutate()}
          />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

type MenuProps = {
  readonly user: UserView;
  readonly onChange: (wish: Readonly<Record<string, boolean>>) => void;
  readonly onInvite: () => void;
};

function UserMenu({ user: { email, admin, mayRegister, state }, onChange, onInvite }: MenuProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" color="gray" aria-label={`Change … ${email}`}>
          Change …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onChange({ admin: !admin })}>
          {admin ? 'No administrator any more' : 'Make an administrator'}
        </Menu.Item>
        <Menu.Item onClick={() => onChange({ mayRegister: !mayRegister })}>
          {mayRegister ? 'May not register datasets' : 'May register datasets'}
        </Menu.Item>
        <Menu.Item onClick={() => onInvite()}>A link to set another password</Menu.Item>
        <Menu.Item onClick={() => onChange({ disabled: state !== 'disabled' })}>
          {state === 'disabled' ? 'Enable' : 'Disable'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
