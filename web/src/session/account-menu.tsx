import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { act } from '../api/request.ts';
import { goOnAs, useSession } from './session.ts';

/** Who is signed in, and the way out. Nothing while nobody has to sign in. */
export function AccountMenu() {
  const { user } = useSession();
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => act('DELETE', '/session'),
    onSuccess: () => goOnAs(client, { access: 'on', setupNeeded: false }),
  });
  if (user === undefined) return null;
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={`${initials(user.name)}, account of ${user.name}`}>
          <Avatar radius="xl" size={32} color="lagoon" variant="filled" alt="">
            {initials(user.name)}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} truncate>
            {user.name}
          </Text>
          <Text size="xs" className="quiet" truncate>
            {user.email}
          </Text>
        </Menu.Label>
        <Menu.Item component={Link} href="/settings/account">
          Your account
        </Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The first letters of the first and the last word that begin with one. */
function initials(name: string): string {
  const first = [...name.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(([letter]) => letter);
  const shown = first.length > 1 ? [first[0], first.at(-1)] : first;
  return shown.join('').toUpperCase() || '?';
}
