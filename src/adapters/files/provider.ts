import { assert } from '../../base/assert.ts';
import { succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { FilesScan, RemoteFile, SourceFile, SourceScan } from '../../core/datasets/source.ts';
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
    fetch: async ({ listed: { scan } }) => succeed(filesOf(scan)),
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

function filesOf(scan: SourceScan): FilesScan {
  assert(scan.kind === 'files', 'the provider of files lists files');
  return scan;
}
