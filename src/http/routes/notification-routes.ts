import type { FastifyInstance } from 'fastify';
import type {
  NotificationHistory,
  NotificationView,
} from '../../services/notification/notification-history.ts';
import { cursorText, nextCursorText, pageOf, placeOf, textPlace } from '../paging.ts';
import { valueOf } from '../problem.ts';
import {
  type DatasetParams,
  datasetOf,
  datasetParams,
  limitOf,
  limitText,
} from '../schemas/request-schemas.ts';
import { notificationSchema } from '../schemas/response-schemas.ts';
import { list, object } from '../schemas/schema-kit.ts';

/** What was told to whom about a dataset, and what is yet to be told. */
export function notificationRoutes(app: FastifyInstance, notifications: NotificationHistory): void {
  app.get<{ Params: DatasetParams; Querystring: { limit?: string; cursor?: string } }>(
    '/datasets/:dataset/notifications',
    {
      schema: {
        summary: 'Lists the notifications of a dataset with how their delivery goes, newest first',
        params: datasetParams,
        querystring: object({}, { limit: limitText, cursor: cursorText }),
        response: {
          200: object({ notifications: list(notificationSchema) }, { nextCursor: nextCursorText }),
        },
      },
      config: { access: { need: 'own', dataset: 'params' } },
    },
    async ({ params, query }) => {
      const limit = limitOf(query.limit);
      const { after } = placeOf(query.cursor, { list: 'notifications', read: textPlace });
      const request = { limit: limit + 1, ...(after === undefined ? {} : { after }) };
      const found = valueOf(await notifications.list(datasetOf(params.dataset), request));
      const placed = { list: 'notifications', limit, placeOf: (one: NotificationView) => [one.id] };
      const { lines, ...next } = pageOf(found, placed);
      return { notifications: lines, ...next };
    },
  );
}
