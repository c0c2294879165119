import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';

/** One request and how its answer is read. Paths are those that the server sees. */
export type Operation<T> = {
  readonly opcode: number;
  /** For messages: `get /a/b`. */
  readonly title: string;
  /** Whether it may change something, so that losing its answer leaves a doubt. */
  readonly changes: boolean;
  readonly write: (writer: JuteWriter) => void;
  readonly read: (reader: JuteReader) => T;
  /** Called with the server's code (0: done) before anything that comes behind the answer is looked at. */
  readonly onAnswer?: (code: number) => void;
  /** Called once in any case, when the operation has ended, answered or not. */
  readonly onEnd?: () => void;
};
