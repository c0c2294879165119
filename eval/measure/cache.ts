import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { CachePlace } from './assignment.ts';

/** Files of one kind under the version of the code that made them: `<folder>/<version>/<stream>/<key>`. */
export class VersionedCache {
  readonly #folder: string;
  readonly #version: string;

  constructor(folder: string, version: string) {
    this.#folder = folder;
    this.#version = version;
  }

  /** The newest version that a folder has, whatever made it; undefined when it has none. */
  static newest(folder: string): VersionedCache | undefined {
    if (!existsSync(folder)) return undefined;
    const versions = readdirSync(folder).map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
    const [newest] = versions.sort((a, b) => b.at - a.at);
    return newest === undefined ? undefined : new VersionedCache(folder, newest.name);
  }

  /** Where it is, for a worker to find it. */
  get place(): CachePlace {
    return { folder: this.#folder, version: this.#version };
  }

  has(stream: string, key: string): boolean {
    return existsSync(this.#path(stream, key));
  }

  keys(stream: string): string[] {
    const folder = join(this.#folder, this.#version, stream);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  }

  read(stream: string, key: string): unknown {
    return deserialize(readFileSync(this.#path(stream, key)));
  }

  /** Writes in one step, so that a file is whole or absent. */
  write(stream: string, key: string, value: unknown): void {
    const path = this.#path(stream, key);
    const draft = join(dirname(path), `.${key}.${process.pid}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, serialize(value));
    renameSync(draft, path);
  }

  /** Takes away this version's files. */
  clear(): void {
    rmSync(join(this.#folder, this.#version), { recursive: true, force: true });
  }

  /** Takes away what other versions made. */
  removeOthers(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      if (name !== this.#version) rmSync(join(this.#folder, name), { recursive: true });
    }
  }

  #path(stream: string, key: string): string {
    return join(this.#folder, this.#version, stream, key);
  }
}
