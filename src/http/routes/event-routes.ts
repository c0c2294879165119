import type { FastifyInstance } from 'fastify';
import type { Kit } from '../../services/kit.ts';
import type { Viewers } from '../access/viewers.ts';
import type { ChangeFeed } from '../live/change-feed.ts';
import { streamChanges } from '../live/change-stream.ts';
import { datasetOf, datasetText } from '../schemas/request-schemas.ts';
import { object } from '../schemas/schema-kit.ts';

/** Live updates of everything. */
export function eventRoutes(
  app: FastifyInstance,
  kit: Kit,
  { feed, viewers }: { readonly feed: ChangeFeed; readonly viewers: Viewers },
): void {
  app.get<{ Querystring: { dataset?: string } }>(
    '/events',
    {
      schema: {
        summary:
          'Tells what changes: server-sent events `dataset.changed`, `partition.changed`, `incident.changed`, `job.changed`, `backfill.progress`, `cluster.changed`; `ready` when everything is told from now on, `reset` when everything is to be read again. Goes on at `Last-Event-ID`',
        querystring: object({}, { dataset: datasetText }),
      },
      config: { access: { need: 'sign_in' }, isStream: true },
      // It would be held open without ever a byte.
      exposeHeadRoute: false,
    },
    (request, reply) => {
      const { query, headers } = request;
      const viewer = viewers.open(request);
      const dataset = query.dataset === undefined ? undefined : datasetOf(query.dataset);
      const id = headers['last-event-id'];
      streamChanges({
        reply,
        kit,
        feed,
        dataset,
        lastEventId: typeof id === 'string' ? id : undefined,
        viewer,
      });
    },
  );
}
