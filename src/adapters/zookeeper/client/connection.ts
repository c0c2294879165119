import { formatBytes } from '../../../base/units.ts';
import type { Clock } from '../../../ports/clock.ts';
import { unsent } from './errors.ts';
import { Fifo } from './fifo.ts';
import { JuteReader, MalformedFrame } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import { Link, type Server, type Tls } from './link.ts';
import { opcodes, specialXids } from './protocol.ts';
import type { Pending } from './request.ts';

export type ConnectionOptions = {
  readonly clock: Clock;
  readonly server: Server;
  readonly tls: Tls | undefined;
  readonly requestBytesMax: number;
  readonly replyBytesMax: number;
  /** Writes the request for a session, which is the first frame. */
  readonly hello: (writer: JuteWriter) => void;
  readonly onHello: (reader: JuteReader) => void;
  readonly onNotification: (reader: JuteReader) => void;
  readonly onAuth: (code: number) => void;
  readonly onEnd: (why: string) => void;
};

type InFlight = { readonly xid: number; readonly sentAtMs: number; readonly request: Pending };

const xidMax = 2 ** 31 - 1;

/** One connection to one server: requests go out in order, and answers must come back in that order. */
export class Connection {
  readonly server: Server;
  readonly openedAtMs: number;
  readonly #options: ConnectionOptions;
  readonly #link: Link;
  readonly #inFlight = new Fifo<InFlight>();
  #greeted = false;
  #xid: number;
  #zxid = 0n;
  #heardAtMs: number;
  #askedAtMs: number;
  #pingedAtMs: number;
  #confirmedAtMs: number;

  /** `firstXid` is for tests: numbers wrap after 2³¹ − 1 requests. */
  constructor(options: ConnectionOptions, firstXid = 1) {
    this.#options = options;
    this.server = options.server;
    this.#xid = firstXid;
    this.openedAtMs = options.clock.monotonicMs();
    this.#heardAtMs = this.openedAtMs;
    this.#askedAtMs = this.openedAtMs;
    this.#pingedAtMs = this.openedAtMs;
    this.#confirmedAtMs = this.openedAtMs;
    this.#link = new Link({
      ...options,
      frameBytesMax: options.replyBytesMax,
      onBytes: () => {
        this.#heardAtMs = options.clock.monotonicMs();
      },
      onFrame: (frame, wholeBytes) => this.#take(frame, wholeBytes),
    });
    this.#link.append(options.hello, options.requestBytesMax);
  }

  /** Requests without an answer. */
  get inFlightCount(): number {
    return this.#inFlight.length;
  }

  /** Bytes of requests that the server is yet to take. */
  get unsentBytes(): number {
    return this.#link.unsentBytes;
  }

  /** The newest transaction that an answer on this connection has told of; 0 for none. */
  get zxid(): bigint {
    return this.#zxid;
  }

  /** Whether the server has answered the request for a session. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** When anything was heard from the server. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /**
   * When the newest request was sent that the server has answered. Not when the answer was read: one that waited in a
   * socket while this process was stopped says nothing about now.
   */
  get confirmedAtMs(): number {
    return this.#confirmedAtMs;
  }

  send(request: Pending): void {
    const { requestBytesMax, clock } = this.#options;
    const xid = this.#xid;
    const bytes = this.#link.append((writer) => {
      writer.int(xid);
      writer.int(request.opcode);
      request.write(writer);
    }, requestBytesMax);
    if (bytes > requestBytesMax) {
      const sizes = `${formatBytes(bytes)} of at most ${formatBytes(requestBytesMax)}`;
      request.fail(unsent('REQUEST_TOO_LARGE', `${request.title}: the request has ${sizes}`));
      return;
    }
    this.#xid = xid === xidMax ? 1 : xid + 1;
    this.#askedAtMs = clock.monotonicMs();
    this.#inFlight.push({ xid, sentAtMs: this.#askedAtMs, request });
  }

  /** Sends what is answered outside of the queue. */
  sendSpecial(xid: number, opcode: number, fill: (writer: JuteWriter) => void = () => {}): void {
    this.#askedAtMs = this.#options.clock.monotonicMs();
    this.#link.append((writer) => {
      writer.int(xid);
      writer.int(opcode);
      fill(writer);
    }, this.#options.requestBytesMax);
  }

  /** Asks for a sign of life when nothing was asked, or nothing was heard, for `everyMs`. */
  keepAlive(nowMs: number, everyMs: number): void {
    const isQuiet = nowMs - this.#askedAtMs >= everyMs;
    const isUnconfirmed = nowMs - this.#confirmedAtMs >= everyMs && nowMs - this.#pingedAtMs >= everyMs;
    if (!isQuiet && !isUnconfirmed) return;
    this.#pingedAtMs = nowMs;
    this.sendSpecial(specialXids.ping, opcodes.ping);
  }

  /** Fails the requests whose deadline has passed. Their answers are still awaited, so that the order holds. */
  failOverdue(nowMs: number): void {
    for (const { request } of this.#inFlight) {
      if (!request.settled && request.deadlineMs <= nowMs)
        request.lose('OPERATION_TIMEOUT', 'no answer in time');
    }
  }

  /** Ends the connection; `onEnd` is called within. */
  drop(why: string): void {
    this.#link.drop(why);
  }

  /** Takes out the requests that will have no answer any more. */
  drain(): Pending[] {
    return this.#inFlight.drain().map(({ request }) => request);
  }

  #take(frame: Buffer, wholeBytes: number): void {
    const reader = new JuteReader(frame);
    if (!this.#greeted) {
      this.#greeted = true;
      this.#options.onHello(reader);
      return;
    }
    const xid = reader.int();
    const zxid = reader.long();
    const code = reader.int();
    if (wholeBytes > frame.length) {
      this.#refuseOversize(xid, wholeBytes);
      return;
    }
    switch (xid) {
      case specialXids.notification:
        // Its zxid is not taken: newer servers send that of the change, and answers before it may still be to come.
        this.#options.onNotification(reader);
        return;
      case specialXids.ping:
        this.#confirm(this.#pingedAtMs);
        return;
      case specialXids.auth:
        this.#options.onAuth(code);
        return;
      case specialXids.setWatches:
        if (code !== 0) throw new MalformedFrame(`code ${code} as an answer to its watches`);
        return;
      default:
        this.#answer(xid, zxid, (request) => request.answer(code, reader));
    }
  }

  #refuseOversize(xid: number, wholeBytes: number): void {
    const sizes = `${formatBytes(wholeBytes)} of at most ${formatBytes(this.#options.replyBytesMax)}`;
    this.#answer(xid, 0n, (request) => request.lose('REPLY_TOO_LARGE', `the answer has ${sizes}`));
  }

  #answer(xid: number, zxid: bigint, settle: (request: Pending) => void): void {
    const first = this.#inFlight.peek();
    if (first?.xid !== xid) throw new MalformedFrame(`answer ${xid} where ${first?.xid ?? 'none'} was due`);
    // Before it leaves the queue: if its body is malformed, it is lost like all others behind it.
    settle(first.request);
    this.#inFlight.shift();
    if (zxid > this.#zxid) this.#zxid = zxid;
    this.#confirm(first.sentAtMs);
  }

  #confirm(sentAtMs: number): void {
    if (sentAtMs > this.#confirmedAtMs) this.#confirmedAtMs = sentAtMs;
  }
}
