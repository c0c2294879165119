import type { FastifyInstance } from 'fastify';
import type { Resilience } from '../../services/cluster/resilience.ts';
import { count, described, list, number, object, oneOf, text, time, word } from '../schemas/schema-kit.ts';

const sample = object(
  { at: time, nodes: count, slots: count, busy: count, waiting: count, cpu: number, memory: number },
  { jobsOpen: count },
);

const resilienceSchema = object({
  since: described(time, 'When this process began to look at the clusters.'),
  clusters: object({ ingestion: list(sample), quality: list(sample) }),
  work: object({
    from: time,
    bucketMs: number,
    buckets: list(object({ at: time, tasks: count, failed: count, retries: count, meanMs: number })),
    failures: list(object({ code: text, attempts: count })),
    recovery: described(
      object({ count, p50: number, p99: number, max: number }),
      'From the failure of an attempt to the start of the one that was committed, ms.',
    ),
  }),
  own: described(
    list(
      oneOf(
        object({ name: text, kind: word('count'), value: number }),
        object({ name: text, kind: word('mean'), observations: number, seconds: number }),
      ),
    ),
    'Of the process that answers, since its start. Those of others stand at their `/metrics`.',
  ),
});

/** How well the clusters bear failures and load. */
export function resilienceRoutes(app: FastifyInstance, resilience: Resilience): void {
  app.get(
    '/resilience',
    {
      schema: {
        summary: 'Shows load, failures, retries and recovery: an hour of the clusters, a day of work',
        querystring: {},
        response: { 200: resilienceSchema },
      },
      config: { access: { need: 'sign_in' } },
    },
    async () => resilience.view(),
  );
}
