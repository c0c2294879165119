import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { FrameParser } from '../../../src/adapters/zookeeper/client/frame-parser.ts';
import { JuteReader } from '../../../src/adapters/zookeeper/client/jute-reader.ts';
import { JuteWriter } from '../../../src/adapters/zookeeper/client/jute-writer.ts';
import { eventually } from '../eventually.ts';

/** A request as a server sees it. The first frame of a connection is a `hello` and has no number. */
export type Received =
  | { readonly kind: 'hello'; readonly zxid: bigint; readonly sessionId: bigint; readonly socket: Socket }
  | {
      readonly kind: 'request';
      readonly xid: number;
      readonly opcode: number;
      readonly body: JuteReader;
      readonly socket: Socket;
    };

/** A server that answers nothing by itself: the test reads what it was sent, and says what it sends. */
export class ScriptedServer implements AsyncDisposable {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #received: Received[] = [];
  readonly #sockets = new Set<Socket>();
  port = 0;

  static async start(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    const address = scripted.#server.address();
    if (address !== null && typeof address !== 'string') scripted.port = address.port;
    return scripted;
  }

  /** The next frame that it was sent. */
  next(): Promise<Received> {
    return eventually('a frame comes', () => this.#received.shift());
  }

  async nextHello() {
    const received = await this.next();
    if (received.kind !== 'hello') throw new Error(`opcode ${received.opcode} instead of a hello`);
    return received;
  }

  async nextRequest() {
    const received = await this.next();
    if (received.kind !== 'request') throw new Error('a hello instead of a request');
    return received;
  }

  /** Grants a session. */
  async welcome(sessionTimeoutMs: number, sessionId = 7n): Promise<Socket> {
    const { socket } = await this.nextHello();
    socket.write(
      frame((writer) => {
        writer.int(0);
        writer.int(sessionTimeoutMs);
        writer.long(sessionId);
        writer.bytes(Buffer.alloc(16, 1));
        writer.boolean(false);
      }),
    );
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    let isFirst = true;
    const parser = new FrameParser(2 ** 20, (bytes) => {
      const reader = new JuteReader(Buffer.from(bytes));
      this.#received.push(isFirst ? hello(reader, socket) : request(reader, socket));
      isFirst = false;
    });
    socket.on('data', (chunk: Buffer) => parser.push(chunk));
  }
}

/** An answer to a request. */
export function answer(
  header: { readonly xid: number; readonly zxid?: bigint; readonly code?: number },
  fill: (writer: JuteWriter) => void = () => {},
): Buffer {
  return frame((writer) => {
    writer.int(header.xid);
    writer.long(header.zxid ?? 1n);
    writer.int(header.code ?? 0);
    fill(writer);
  });
}

/** Writes a stat, of a node of this owner that was made by this transaction. */
export function writeStat(
  writer: JuteWriter,
  node: { readonly czxid: bigint; readonly owner: bigint },
): void {
  for (const zxid of [node.czxid, node.czxid, 0n, 0n]) writer.long(zxid);
  for (const version of [0, 0, 0]) writer.int(version);
  writer.long(node.owner);
  writer.int(0);
  writer.int(0);
  writer.long(node.czxid);
}

/** A frame, with its length before it. */
export function frame(fill: (writer: JuteWriter) => void): Buffer {
  const writer = new JuteWriter();
  writer.frame(fill);
  return writer.take();
}

function hello(reader: JuteReader, socket: Socket): Received {
  reader.int();
  const zxid = reader.long();
  reader.int();
  return { kind: 'hello', zxid, sessionId: reader.long(), socket };
}

function request(reader: JuteReader, socket: Socket): Received {
  return { kind: 'request', xid: reader.int(), opcode: reader.int(), body: reader, socket };
}
