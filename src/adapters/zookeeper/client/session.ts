import type { Outcome } from '../../../base/outcome.ts';
import { formatBytes } from '../../../base/units.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import { type SessionKey, writeConnectRequest } from './connect-request.ts';
import { Connection } from './connection.ts';
import { unsent, type ZooKeeperError } from './errors.ts';
import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import type { Server, Tls } from './link.ts';
import type { Operation } from './operation.ts';
import { opcodes, specialXids } from './protocol.ts';
import { type Pending, Request } from './request.ts';
import { ServerRing } from './server-ring.ts';
import { isFinal, isLive, type SessionState, transition } from './session-state.ts';
import type { Watches } from './watches.ts';

export type SessionOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly servers: readonly Server[];
  readonly tls: Tls | undefined;
  readonly credentials: readonly Credentials[];
  /** What is asked for; the ensemble has the last word. */
  readonly sessionTimeoutMs: number;
  readonly limits: SessionLimits;
};

/** Who this client is, by a scheme of the server: `digest` with `user:password`. */
export type Credentials = { readonly scheme: string; readonly secret: string };

export type SessionLimits = {
  readonly requestBytesMax: number;
  readonly replyBytesMax: number;
  readonly backOffMsMax: number;
  readonly watchBytesPerRequestMax: number;
  /** Operations without an answer. */
  readonly operationsMax: number;
  /** Bytes that a server is yet to take. */
  readonly unsentBytesMax: number;
};

const tickMsMin = 10;
const tickMsMax = 250;
const attemptMsMin = 100;
const attemptMsMax = 5_000;

/**
 * One session over many connections: it asks for the session again from server to server until it has it back, or
 * learns that it has ended. Time is judged by one ticker: pings, silent servers, deadlines, presumed expiry.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #watches: Watches;
  readonly #ring: ServerRing;
  readonly #waiting: Pending[] = [];
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #ended = new AbortController();
  #state: SessionState = { state: 'connecting' };
  #connection: Connection | undefined;
  #id = 0n;
  #password: Buffer = Buffer.alloc(16);
  #timeoutMs: number;
  #zxid = 0n;
  #confirmedAtMs: number;
  #judgedAtMs: number;
  #pardoned = false;
  #closing = false;
  #closed: Promise<void> | undefined;
  #fault: string | undefined;

  constructor(options: SessionOptions, watches: Watches) {
    this.#options = options;
    this.#watches = watches;
    this.#ring = new ServerRing(options.servers, options.random, options.limits.backOffMsMax);
    this.#timeoutMs = options.sessionTimeoutMs;
    this.#confirmedAtMs = options.clock.monotonicMs();
    this.#judgedAtMs = this.#confirmedAtMs;
    void this.#connectNext();
    void this.#keepTime();
  }

  get state(): SessionState {
    return this.#state;
  }

  get id(): bigint {
    return this.#id;
  }

  /** Undefined before there is a session. */
  get key(): SessionKey | undefined {
    return this.#id === 0n ? undefined : { id: this.#id, password: this.#password };
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** Why the last attempt to connect came to nothing. */
  get fault(): string | undefined {
    return this.#fault;
  }

  lastReplyAgeMs(): number {
    const confirmedAtMs = isLive(this.#state) ? this.#connection?.confirmedAtMs : undefined;
    return this.#options.clock.monotonicMs() - Math.max(this.#confirmedAtMs, confirmedAtMs ?? 0);
  }

  onState(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends an operation, or queues it while there is no connection and `wait` is set or the session is yet to begin. */
  submit<T>(
    operation: Operation<T>,
    options: { readonly timeoutMs: number; readonly wait: boolean },
  ): Promise<Outcome<T, ZooKeeperError>> {
    const request = new Request(operation, this.#options.clock.monotonicMs() + options.timeoutMs);
    const refusal = this.#refusal(operation.title, options.wait);
    if (refusal !== undefined) request.fail(refusal);
    else if (isLive(this.#state)) this.#connection?.send(request);
    else this.#waiting.push(request);
    return request.outcome;
  }

  /** Ends the session at the server too, if that is possible within `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<void> {
    let isHeard = this.#state.state === 'connecting';
    if (isLive(this.#state)) {
      const outcome = this.submit(closeSession, { timeoutMs, wait: false });
      this.#closing = true;
      isHeard = (await outcome).ok;
    }
    this.#finish({ state: 'closed', why: isHeard ? 'asked' : 'asked_in_vain' });
  }

  #refusal(title: string, wait: boolean): ZooKeeperError | undefined {
    if (this.#state.state === 'expired')
      return unsent('SESSION_EXPIRED', `${title}: the session has expired`);
    if (this.#state.state === 'closed' || this.#closing)
      return unsent('CLOSED', `${title}: the client is closed`);
    const count = this.#waiting.length + (this.#connection?.inFlightCount ?? 0);
    if (count >= this.#options.limits.operationsMax) {
      return unsent('TOO_MANY', `${title}: ${count} operations have no answer yet`);
    }
    const unsentBytes = this.#connection?.unsentBytes ?? 0;
    if (unsentBytes >= this.#options.limits.unsentBytesMax) {
      return unsent('TOO_MANY', `${title}: the server is yet to take ${formatBytes(unsentBytes)}`);
    }
    if (wait || isLive(this.#state) || this.#state.state === 'connecting') return undefined;
    return unsent('NOT_CONNECTED', `${title}: the connection is lost`);
  }

  async #connectNext(): Promise<void> {
    const { server, delayMs } = this.#ring.next();
    if (delayMs > 0) await this.#options.clock.sleep(delayMs, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    const { clock, tls, limits } = this.#options;
    const connection: Connection = new Connection({
      clock,
      server,
      tls,
      requestBytesMax: limits.requestBytesMax,
      replyBytesMax: limits.replyBytesMax,
      hello: (writer) => this.#writeHello(writer),
      onHello: (reader) => this.#take(connection, reader),
      onNotification: (reader) => this.#notify(reader),
      onAuth: (code) => {
        if (code !== 0) this.#finish({ state: 'closed', why: 'credentials_refused' });
      },
      onEnd: (why) => this.#lose(connection, why),
    });
    this.#connection = connection;
  }

  #writeHello(writer: JuteWriter): void {
    const { sessionTimeoutMs } = this.#options;
    // A server that is behind what this client has seen refuses it. So does, for ever, an ensemble that has lost its data:
    // after so long a silence the session asks without a past, to learn that it has ended.
    const zxid = this.#state.state === 'presumed_expired' ? 0n : this.#zxid;
    writeConnectRequest(writer, { key: { id: this.#id, password: this.#password }, zxid, sessionTimeoutMs });
  }

  /** A server has answered: with a session, or that there is none any more. */
  #take(connection: Connection, reader: JuteReader): void {
    reader.int();
    const timeoutMs = reader.int();
    const sessionId = reader.long();
    const password = reader.bytes();
    if (timeoutMs <= 0) {
      this.#finishExpired(connection);
      return;
    }
    this.#timeoutMs = timeoutMs;
    this.#id = sessionId;
    this.#password = password;
    this.#fault = undefined;
    this.#ring.succeeded();
    const isFirst = this.#state.state === 'connecting';
    this.#restore(connection);
    this.#go({ state: isFirst ? 'connected' : 'reconnected', server: connection.server, sessionId });
  }

  /** The order matters: who we are, then what we watch, then what waits. The server works it off in this order. */
  #restore(connection: Connection): void {
    for (const { scheme, secret } of this.#options.credentials) {
      connection.sendSpecial(specialXids.auth, opcodes.auth, (writer) => {
        writer.int(0);
        writer.string(scheme);
        writer.bytes(Buffer.from(secret));
      });
    }
    for (const body of this.#watches.rearm(this.#zxid, this.#options.limits.watchBytesPerRequestMax)) {
      connection.sendSpecial(specialXids.setWatches, opcodes.setWatches2, body);
    }
    for (const request of this.#waiting.splice(0)) if (!request.settled) connection.send(request);
  }

  #notify(reader: JuteReader): void {
    const type = reader.int();
    reader.int();
    this.#watches.dispatch(type, reader.string());
  }

  #finishExpired(connection: Connection): void {
    // A server that gives no session to a newcomer is out of order; the next one may not be.
    if (this.#state.state === 'connecting') connection.drop('the server gave no session');
    else this.#finish({ state: 'expired' });
  }

  /** The connection has ended. Listeners hear of it before anybody who waits for an answer. */
  #lose(connection: Connection, why: string): void {
    if (connection.zxid > this.#zxid) this.#zxid = connection.zxid;
    this.#fault = `${connection.server.host}:${connection.server.port}: ${why}`;
    const wasLive = this.#connection === connection && isLive(this.#state);
    if (wasLive) this.#confirmedAtMs = connection.confirmedAtMs;
    this.#connection = undefined;
    if (wasLive && !this.#closing) this.#go({ state: 'suspended', why });
    for (const request of connection.drain()) request.lose('CONNECTION_LOSS', why);
    if (!isFinal(this.#state) && !this.#closing) void this.#connectNext();
  }

  async #keepTime(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const tickMs = Math.min(tickMsMax, Math.max(tickMsMin, this.#timeoutMs / 20));
      await clock.sleep(tickMs, signal);
      if (!signal.aborted) this.#judge(clock.monotonicMs(), tickMs);
    }
  }

  /** A tick that comes late pardons once: what arrived while the process stood still is read first. */
  #judge(nowMs: number, tickMs: number): void {
    const isLate = nowMs - this.#judgedAtMs > 3 * tickMs;
    this.#judgedAtMs = nowMs;
    if (isLive(this.#state)) this.#connection?.keepAlive(nowMs, this.#timeoutMs / 3 - tickMs);
    this.#pardoned = isLate && !this.#pardoned;
    if (this.#pardoned) return;
    this.#judgeDeadlines(nowMs);
    this.#judgeServer(nowMs);
    if (this.#state.state === 'suspended' && this.lastReplyAgeMs() >= (this.#timeoutMs * 4) / 3) {
      this.#go({ state: 'presumed_expired' });
    }
  }

  #judgeDeadlines(nowMs: number): void {
    this.#connection?.failOverdue(nowMs);
    for (const request of this.#waiting) {
      if (request.deadlineMs <= nowMs) {
        request.fail(unsent('NOT_CONNECTED', `${request.title}: there was no connection in time`));
      }
    }
    const left = this.#waiting.filter((request) => !request.settled);
    this.#waiting.splice(0, this.#waiting.length, ...left);
  }

  /** A server that accepts connections may still be hung or without a quorum: only what it answers counts. */
  #judgeServer(nowMs: number): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const attemptMs = Math.min(attemptMsMax, Math.max(attemptMsMin, this.#timeoutMs / 3));
    const isSilent = connection.greeted
      ? nowMs - connection.heardAtMs >= (this.#timeoutMs * 2) / 3
      : nowMs - connection.openedAtMs >= attemptMs;
    if (isSilent) connection.drop('the server does not answer');
  }

  #finish(state: SessionState): void {
    if (isFinal(this.#state)) return;
    this.#closing = true;
    this.#connection?.drop('the session has ended');
    this.#ended.abort();
    this.#watches.clear();
    this.#go(state);
    const code = state.state === 'expired' ? 'SESSION_EXPIRED' : 'CLOSED';
    for (const request of this.#waiting.splice(0)) {
      request.fail(unsent(code, `${request.title}: the session has ended`));
    }
  }

  #go(state: SessionState): void {
    this.#state = transition(this.#state, state);
    for (const listener of this.#listeners) listener(state);
  }
}

const closeSession: Operation<void> = {
  opcode: opcodes.closeSession,
  title: 'close the session',
  changes: true,
  write: () => {},
  read: () => {},
};
