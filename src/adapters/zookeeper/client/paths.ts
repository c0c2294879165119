/** Characters that a server refuses in a path (`PathUtils.java`): control characters, private use, and all beyond 16 bits. */
const forbidden = /[\p{Cc}\p{Cs}\u{e000}-\u{f8ff}\u{fff0}-\u{10ffff}]/u;

/** What is wrong with an absolute path, or undefined. A sequential node may end in `/`: its name is the number alone. */
export function pathFault(path: string, sequential = false): string | undefined {
  if (!path.startsWith('/')) return 'does not begin with /';
  if (path === '/') return undefined;
  const names = path.slice(1).split('/');
  if (sequential && names.at(-1) === '') names.pop();
  if (names.includes('')) return 'has an empty name';
  if (names.includes('.') || names.includes('..')) return 'is relative';
  if (forbidden.test(path)) return 'has a character that is not allowed';
  return undefined;
}

/** A prefix before every path that the server sees, so that several clusters can share one ensemble. */
export class Chroot {
  readonly #prefix: string;

  /** `prefix` is a valid path; `/` for none. */
  constructor(prefix: string) {
    this.#prefix = prefix === '/' ? '' : prefix;
  }

  /** The path as the server knows it. */
  add(path: string): string {
    if (this.#prefix === '') return path;
    return path === '/' ? this.#prefix : this.#prefix + path;
  }

  /** The path as the caller knows it. */
  remove(path: string): string {
    if (this.#prefix === '') return path;
    if (path === this.#prefix) return '/';
    return path.startsWith(`${this.#prefix}/`) ? path.slice(this.#prefix.length) : path;
  }
}

/** The path of a node above; undefined for the root. */
export function parentOf(path: string): string | undefined {
  return path === '/' ? undefined : path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** The path of a node below. */
export function childOf(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
