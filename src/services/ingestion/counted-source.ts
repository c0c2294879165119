import type { FileSource } from '../../ports/file-source.ts';
import type { SourceGuard } from './source-guard.ts';

/** A store of files whose bytes count as what their source gave, also those of files that are only looked into, or break off. */
export function countedSource(source: FileSource, guard: SourceGuard): FileSource {
  return {
    list: (definition, signal) => source.list(definition, signal),
    fetch: async (request) => {
      let received = 0;
      const onBytes = (bytes: number): void => {
        received += bytes;
        request.onBytes?.(bytes);
      };
      try {
        return await source.fetch({ ...request, onBytes });
      } finally {
        guard.received(request.definition, received);
      }
    },
  };
}
