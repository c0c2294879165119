import { FailureError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { otherProvider } from '../../core/datasets/other-provider.ts';
import type { FilesScan, RemoteFilesScan, SourceScan } from '../../core/datasets/source.ts';
import type { Engine } from '../../ports/engine.ts';
import type { FileSource } from '../../ports/file-source.ts';
import type { LocalCopies } from '../../ports/local-copies.ts';
import type { FetchRequest, Provider } from '../../ports/provider.ts';
import { withinDeadline } from '../../ports/within-deadline.ts';
import { type FetchParts, fetchFiles, openCopies } from './fetch-files.ts';
import { listPartitions, schemaOfFiles } from './file-partitions.ts';
import type { FileReach } from './file-reach.ts';

export type RemoteFilesOptions = {
  readonly engine: Engine;
  /** Where the files lie. */
  readonly source: FileSource;
  /** Keeps what was fetched to be looked into, so that reading it right after does not fetch it again. */
  readonly copies: LocalCopies;
};

/** The provider of files that lie elsewhere: the same partitions as of local ones, and each file is fetched before it is read. */
export function createRemoteFilesProvider({ engine, source, copies }: RemoteFilesOptions): Provider {
  const parts: FetchParts = { source, copies, watchers: new Map() };
  const reach: FileReach = {
    list: async (definition, signal) => {
      const files = await source.list(definition, signal);
      if (!files.ok) throw new FailureError(files.error);
      return files.value.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    scanOf: (files, { format, hiveKeys, csv }) => ({
      kind: 'remote-files',
      format,
      files,
      ...(csv === undefined ? {} : { csv }),
      hiveKeys,
    }),
    open: (definition, files, signal) => openCopies(parts, { definition, files, signal }),
    openBytesMax: limits.remoteLookBytesMax,
    describeBytesMax: limits.remoteDescribeBytesMax,
  };
  const listing = 'The listing of files';
  return {
    partitions: (request) =>
      withinDeadline(listing, request.wait, (wait) =>
        listPartitions({ engine, reach }, { ...request, wait }),
      ),
    schema: (definition, wait) =>
      withinDeadline(listing, wait, (bounded) => schemaOfFiles({ engine, reach }, definition, bounded)),
    fetch: (request) =>
      withinDeadline('The fetching of files', request.wait, (wait) => fetch(parts, { ...request, wait })),
  };
}

async function fetch(
  parts: FetchParts,
  { definition, listed, directory, wait, onProgress }: FetchRequest,
): Promise<FilesScan> {
  const { files, ...scan } = remoteScan(listed.scan);
  const fetched = await fetchFiles(parts, {
    definition,
    files,
    directory,
    // Files that are cut by their rows are read again for each of their partitions, those of text looked into for types.
    isShared: scan.filter !== undefined || scan.format !== 'parquet',
    signal: wait.signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (!fetched.ok) throw new FailureError(fetched.error);
  return { ...scan, kind: 'files', files: fetched.value };
}

function remoteScan(scan: SourceScan): RemoteFilesScan {
  if (scan.kind !== 'remote-files') throw otherProvider();
  return scan;
}
