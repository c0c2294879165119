import { assert } from '../../base/assert.ts';
import { fail, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { otherProvider } from '../../core/datasets/other-provider.ts';
import type { FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { RemoteFile, SourceFile } from '../../core/datasets/source.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Provider } from '../../ports/provider.ts';
import { withinDeadline } from '../../ports/within-deadline.ts';
import { listPartitions, schemaOfFiles } from './file-partitions.ts';
import type { FileReach } from './file-reach.ts';
import { listFiles } from './list-files.ts';

/** The provider of local files and directories: they are read where they lie. */
export function createFilesProvider(engine: Engine): Provider {
  const parts = { engine, reach: localReach };
  const what = 'The listing of files';
  return {
    partitions: (request) =>
      withinDeadline(what, request.wait, (wait) => listPartitions(parts, { ...request, wait })),
    schema: (definition, wait) =>
      withinDeadline(what, wait, (bounded) => schemaOfFiles(parts, definition, bounded)),
    fetch: async ({ listed: { scan } }) =>
      scan.kind === 'files' ? succeed(scan) : fail(otherProvider().failure),
  };
}

const localReach: FileReach = {
  list: (definition, signal) => listFiles(filesProvider(definition), signal),
  scanOf: (files, { format, hiveKeys, csv }) => ({
    kind: 'files',
    format,
    files: files.map(localFile),
    ...(csv === undefined ? {} : { csv }),
    hiveKeys,
  }),
  open: async (_, files) =>
    succeed({ files: files.map(localFile), [Symbol.asyncDispose]: () => Promise.resolve() }),
  openBytesMax: Number.POSITIVE_INFINITY,
  describeBytesMax: Number.POSITIVE_INFINITY,
};

function localFile({ name, sizeBytes, modifiedAtMs }: RemoteFile): SourceFile {
  assert(sizeBytes !== undefined && modifiedAtMs !== undefined, 'local files have a size and a time');
  return { path: name, sizeBytes, modifiedAtMs };
}

function filesProvider({ provider }: DatasetDefinition): FilesProviderDefinition {
  assert(provider.type === 'files', 'the provider of files reads files');
  return provider;
}
