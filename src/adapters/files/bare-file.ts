import type { RemoteFile } from '../../core/datasets/source.ts';

/** What tasks carry of a file, in one order of its parts: equal files are equal texts. */
export function bareFile({ name, sizeBytes, modifiedAtMs, tag, version }: RemoteFile): RemoteFile {
  return {
    name,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(modifiedAtMs === undefined ? {} : { modifiedAtMs }),
    ...(tag === undefined ? {} : { tag }),
    ...(version === undefined ? {} : { version }),
  };
}
