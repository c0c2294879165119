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
import { list, object, word } from '../schemas/schema-kit.ts';

type NotificationsQuery = {
  readonly state?: NotificationView['state'];
  readonly limit?: string;
  readonly cursor?: string;
};

/** What was told to whom about a dataset, and what is yet to be told. */
export function notificationRoutes(app: FastifyInstance, notifications: NotificationHistory): void {
  app.get<{ Querystring: NotificationsQuery }>(
    '/notifications',
    {
      schema: {
        summary:
          'Lists the notifications of all datasets that one owns with how their delivery goes, newest first',
        querystring: object(
          {},
          { state: word('pending', 'delivered', 'given_up'), limit: limitText, cursor: cursorText },
        ),
        response: {
          200: object({ notifications: list(notificationSchema) }, { nextCursor: nextCursorText }),
        },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ query, rights }) => {
      const limit = limitOf(query.limit);
      const { after } = placeOf(query.cursor, { list: 'all notifications', read: textPlace });
      const standings = await rights.standings();
      const owned =
        standings && [...standings].flatMap(([name, standing]) => (standing === 'follower' ? [] : [name]));
      const found = await notifications.recent({
        limit: limit + 1,
        ...(owned === undefined ? {} : { only: owned }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(after === undefined ? {} : { after }),
      });
      const placed = { list: 'all notifications', limit, placeOf: (one: NotificationView) => [one.id] };
      const { lines, ...next } = pageOf(found, placed);
      return { notifications: lines, ...next };
    },
  );

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
