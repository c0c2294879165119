import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { limits } from '../../base/limits.ts';

/** What a process writes to its standard streams, in a file that stays bounded: its older half lies beside it. */
export class LogFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Opens it for a process that starts now; the caller closes the descriptor. */
  open(): number {
    this.keepSmall();
    return openSync(this.path, 'a', 0o600);
  }

  /** Its length in bytes, to be given to `since`. */
  get length(): number {
    return existsSync(this.path) ? statSync(this.path).size : 0;
  }

  /** What was written after `offset`: the last bytes of it, if it is long. */
  since(offset: number): string {
    const end = this.length;
    // Shorter than it was: it was emptied meanwhile.
    const from = Math.max(end < offset ? 0 : offset, end - limits.processLogReadBytes);
    const bytes = Buffer.alloc(end - from);
    if (bytes.length === 0) return '';
    const descriptor = openSync(this.path, 'r');
    try {
      return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, from));
    } finally {
      closeSync(descriptor);
    }
  }

  /** The last lines that were written after `offset`. */
  lastLines(offset: number): string {
    const lines = this.since(offset).trim().split('\n');
    return lines.slice(-limits.processLogLinesTold).join('\n');
  }

  /**
   * Empties a file that has become long, also under a process that writes: descriptors that append go on at its new end.
   * What is written between the copy and the cut is lost.
   */
  keepSmall(): void {
    if (this.length <= limits.processLogBytesMax) return;
    copyFileSync(this.path, `${this.path}.old`);
    truncateSync(this.path);
  }
}
