import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import { lost, rejected, type ZooKeeperError } from './errors.ts';
import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import type { Operation } from './operation.ts';
import { serverCodeName } from './protocol.ts';

/** An operation on its way, whatever its result is. It settles once; what comes later is dropped. */
export interface Pending {
  readonly opcode: number;
  readonly title: string;
  /** By the monotonic clock. */
  readonly deadlineMs: number;
  readonly settled: boolean;
  write(writer: JuteWriter): void;
  /** The server's answer: its code, and its body when that is 0. */
  answer(code: number, body: JuteReader): void;
  fail(error: ZooKeeperError): void;
  /** There is no answer, though a server may have got it. */
  lose(code: 'CONNECTION_LOSS' | 'OPERATION_TIMEOUT' | 'REPLY_TOO_LARGE', why: string): void;
}

/** An operation and whoever waits for its outcome. */
export class Request<T> implements Pending {
  readonly deadlineMs: number;
  readonly outcome: Promise<Outcome<T, ZooKeeperError>>;
  readonly #operation: Operation<T>;
  readonly #resolve: (outcome: Outcome<T, ZooKeeperError>) => void;
  #settled = false;

  constructor(operation: Operation<T>, deadlineMs: number) {
    this.#operation = operation;
    this.deadlineMs = deadlineMs;
    const { promise, resolve } = Promise.withResolvers<Outcome<T, ZooKeeperError>>();
    this.outcome = promise;
    this.#resolve = resolve;
  }

  get opcode(): number {
    return this.#operation.opcode;
  }

  get title(): string {
    return this.#operation.title;
  }

  get settled(): boolean {
    return this.#settled;
  }

  write(writer: JuteWriter): void {
    this.#operation.write(writer);
  }

  answer(code: number, body: JuteReader): void {
    if (this.#settled) return;
    const outcome = code === 0 ? succeed(this.#operation.read(body)) : fail(this.#rejected(code));
    this.#operation.onAnswer?.(code);
    this.#settle(outcome);
  }

  fail(error: ZooKeeperError): void {
    if (!this.#settled) this.#settle(fail(error));
  }

  lose(code: 'CONNECTION_LOSS' | 'OPERATION_TIMEOUT' | 'REPLY_TOO_LARGE', why: string): void {
    // An answer that is too large to be read is an answer all the same, and those to changes are small.
    const ambiguous = this.#operation.changes && code !== 'REPLY_TOO_LARGE';
    this.fail(lost(code, ambiguous, `${this.title}: ${why}`));
  }

  #rejected(code: number): ZooKeeperError {
    const name = serverCodeName(code);
    return rejected(name, `${this.title}: ${name}${name === 'UNKNOWN' ? ` ${code}` : ''}`);
  }

  #settle(outcome: Outcome<T, ZooKeeperError>): void {
    this.#settled = true;
    this.#operation.onEnd?.();
    this.#resolve(outcome);
  }
}
