import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { act } from '../../api/request.ts';
import { goOnAs, type Session } from '../../session/session.ts';

/** Sends what somebody comes in with, and goes on as them. */
export function useEntry<T>(path: string, next: string) {
  const client = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (body: T) => act<Session>('POST', path, body),
    onSuccess: (session) => {
      goOnAs(client, session);
      go(next, { replace: true });
    },
  });
}
