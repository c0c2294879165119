import type { ClusterName } from '../../../base/ids.ts';
import { childOf } from '../client/paths.ts';

/** Where the entries of one cluster stand. */
export type Places = {
  readonly base: string;
  /** Contenders for leadership, ephemeral. */
  readonly leader: string;
  /** Members, ephemeral. */
  readonly nodes: string;
  readonly reports: string;
  readonly work: string;
  /** One node for each live table, and one below it for each chunk of its tasks. */
  readonly jobs: string;
  readonly drain: string;
  /** One node for each key, shared by all clusters of the ensemble. */
  readonly config: string;
};

/** The places of a cluster below `chroot`, the path of a connect string. */
export function placesOf(cluster: ClusterName, chroot: string): Places {
  const root = childOf(chroot, 'assay');
  const base = childOf(root, cluster);
  return {
    base,
    leader: childOf(base, 'leader'),
    nodes: childOf(base, 'nodes'),
    reports: childOf(base, 'reports'),
    work: childOf(base, 'work'),
    jobs: childOf(base, 'jobs'),
    drain: childOf(base, 'drain'),
    config: childOf(root, 'config'),
  };
}

/** The path of an entry; its name may hold any characters. */
export function entryPath(place: string, name: string): string {
  const escaped = encodeURIComponent(name.toWellFormed());
  return childOf(
    place,
    escaped.replace(/^\.{1,2}$/, (dots) => dots.replaceAll('.', '%2E')),
  );
}

/** The name of an entry directly below `place`; undefined when `path` is none, or has a name that we do not give. */
export function entryName(place: string, path: string): string | undefined {
  const name = path.startsWith(`${place}/`) ? path.slice(place.length + 1) : '';
  if (name === '' || name.includes('/')) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
