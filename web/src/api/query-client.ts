import { QueryClient } from '@tanstack/react-query';
import { RequestError } from './request.ts';

const triesMax = 3;

/** Answers are kept and shown at once, then asked for again; what can not be cured by asking again is not. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => failures < triesMax && isPassing(error),
    },
  },
});

function isPassing(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 0 || error.status >= 500);
}
