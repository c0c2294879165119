import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { act } from '../../api/request.ts';
import { entered, type Session, sessionQuery } from '../../session/session.ts';

/** Sends what somebody comes in with, and goes on as them. */
export function useEntry<T>(path: string, next: string) {
  const client = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (body: T) => act<Session>('POST', path, body),
    onSuccess: (session) => {
      // Nothing that somebody else was shown stays.
      client.clear();
      client.setQueryData(sessionQuery.queryKey, entered(session));
      go(next, { replace: true });
    },
  });
}
