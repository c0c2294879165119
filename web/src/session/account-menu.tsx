import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { act } from '../api/request.ts';
import { sessionQuery, useSession } from './session.ts';

/** Who is signed in, and the way out. Nothing while nobody has to sign in. */
export function AccountMenu() {
  const { user } = useSession();
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => act('DELETE', '/session'),
    onSettled: () => {
      // What was shown to one is not for the next.
      client.clear();
      return client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
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

function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toUpperCase();
}
