import type { FastifyInstance } from 'fastify';
import type { Sources } from '../../services/ingestion/sources.ts';
import { count, described, list, number, object, text, word } from '../schemas/schema-kit.ts';

const failureText = object({ code: text, message: text });
const stateWords = ['closed', 'open', 'half_open'] as const;
const waitMs = described(number, 'Milliseconds until the next probe.');

const sourceSchema = object(
  {
    name: described(text, 'A server, a bucket, or a database by the secret that holds its address.'),
    state: described(
      word(...stateWords, 'idle'),
      '`open`: it failed too often and is left alone. `half_open`: the next call is a probe. `idle`: no node has asked it lately.',
    ),
    limit: described(count, 'Tasks that may read it at once, in the whole cluster.'),
    running: count,
    nodes: list(
      object(
        { node: text, state: word(...stateWords), limit: count, ceiling: count, running: count },
        { latencyMs: number, retryInMs: waitMs, lastFailure: failureText },
      ),
    ),
    today: described(
      object({ calls: count, bytes: count, busyMs: number }),
      'What it has given since midnight UTC: what budgets are kept by.',
    ),
  },
  { latencyMs: described(number, 'Of its latest calls.'), retryInMs: waitMs, lastFailure: failureText },
);

/** The sources of datasets: which answer, which are left alone, and what they gave today. */
export function sourceRoutes(app: FastifyInstance, sources: Sources): void {
  app.get(
    '/sources',
    {
      schema: {
        summary: 'Shows the sources that were asked lately: breaker, calls at once, latency, use of today',
        querystring: {},
        response: { 200: object({ sources: list(sourceSchema) }) },
      },
      config: { access: { need: 'admin' } },
    },
    async () => ({ sources: await sources.list() }),
  );
}
