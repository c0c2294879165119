import { Alert, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { act } from '../../api/request.ts';
import { FailedRequest } from '../../parts/answer.tsx';
import { entered, type Session, sessionQuery, useSession } from '../../session/session.ts';
import { NewPassword } from '../sign-in/new-password.tsx';
import { Section } from './general-tab.tsx';

/** Who one is here, and one's password. */
export function AccountTab() {
  const { user } = useSession();
  if (user === undefined) return null;
  return (
    <Stack gap="md" maw={560}>
      <Section title="You">
        <Text size="sm" className="wrap">
          {user.name}, {user.email}
        </Text>
        <Text size="sm" className="quiet">
          {user.admin
            ? 'You are an administrator.'
            : user.mayRegister
              ? 'You may register datasets.'
              : 'You see the datasets that you own or follow, and those that are open to all.'}
        </Text>
      </Section>
      <Password />
    </Stack>
  );
}

function Password() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => act<Session>('PUT', '/session/password', { current, password }),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, entered(session));
      setCurrent('');
      setPassword('');
    },
  });
  return (
    <Section title="Password">
      <Text size="sm" className="quiet">
        Another password signs you out everywhere else.
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
        style={{ display: 'contents' }}
      >
        <PasswordInput
          label="Your present password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the present password', tabIndex: 0 }}
        />
        <NewPassword label="The new one" value={password} onChange={setPassword} />
        {change.error === null ? null : <FailedRequest error={change.error} title="It is not changed" />}
        {change.isSuccess ? (
          <Alert color="green" role="status">
            Your password is changed. All other sessions have ended.
          </Alert>
        ) : null}
        <Button type="submit" loading={change.isPending} style={{ alignSelf: 'flex-start' }}>
          Change it
        </Button>
      </form>
    </Section>
  );
}
