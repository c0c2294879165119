import type { Log } from '../../../ports/log.ts';
import type { TreeNode } from '../recipes/tree-cache.ts';
import { MalformedEntry } from './entry.ts';

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** Reads each entry once, as long as it stays the same; one that can not be read is told of once and left out. */
export class EntryReader {
  readonly #log: Log;
  readonly #known = new WeakMap<TreeNode, Read>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What `parse` makes of a node's bytes; undefined when it throws `MalformedEntry`. Each node has one way to be read. */
  read<T>(path: string, node: TreeNode, parse: (data: Buffer) => T): T | undefined {
    const known = this.#known.get(node) ?? this.#parse(path, node, parse);
    return known.ok ? (known.value as T) : undefined;
  }

  #parse(path: string, node: TreeNode, parse: (data: Buffer) => unknown): Read {
    const read = this.#attempt(path, node.data, parse);
    this.#known.set(node, read);
    return read;
  }

  #attempt(path: string, data: Buffer, parse: (data: Buffer) => unknown): Read {
    try {
      return { ok: true, value: parse(data) };
    } catch (error) {
      if (!(error instanceof MalformedEntry)) throw error;
      this.#log.warn('an entry in ZooKeeper can not be read and is left out', {
        path,
        bytes: data.length,
        why: error.message,
      });
      return { ok: false };
    }
  }
}
