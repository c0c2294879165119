import type { FastifyInstance } from 'fastify';
import type { PreviewRequest, Previews } from '../../services/registry/preview.ts';
import { clientGone } from '../client-gone.ts';
import { valueOf } from '../problem.ts';
import { workerErrors } from '../route-errors.ts';
import { previewSchema, yamlPart } from '../schemas/preview-schemas.ts';
import { boundedText, described, object } from '../schemas/schema-kit.ts';

const previewBody = object(
  {
    provider: described(
      { type: 'object', maxProperties: 50 },
      'The `provider` of a definition, as it would stand in YAML.',
    ),
    baseDirectory: described(
      boundedText(4_096),
      "The directory that relative paths start from, on the service's machine.",
    ),
  },
  { partition: described(yamlPart, 'How to cut it; by default the likeliest way that is proposed.') },
);

/** A look at a source before it is a dataset. */
export function previewRoutes(app: FastifyInstance, previews: Previews): void {
  app.post<{ Body: PreviewRequest }>(
    '/previews',
    {
      schema: {
        summary: 'Shows what a source would be as a dataset; registers nothing, keeps nothing',
        errors: [
          ...workerErrors,
          'DATASET_INVALID',
          'YAML_INVALID',
          'QUEUE_FULL',
          'SECRET_MISSING',
          'SECRETS_FILE_UNFIT',
          'SOURCE_NOT_FOUND',
          'SOURCE_UNREADABLE',
          'SOURCE_EMPTY',
          'SOURCE_CHANGED',
          'SOURCE_FORMAT_UNKNOWN',
          'SOURCE_LIMIT',
          'REJECTED_TOO_MANY',
          'COLUMN_NOT_FOUND',
          'PARTITION_COLUMN_UNFIT',
          'QUERY_FAILED',
          'QUERY_REFUSED',
        ],
        body: previewBody,
        response: { 200: previewSchema },
      },
      config: { access: { need: 'register' }, changesNothing: true },
    },
    async ({ body }, reply) => valueOf(await previews.preview(body, clientGone(reply))),
  );
}
