import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { FrameParser } from './frame-parser.ts';
import { MalformedFrame } from './jute-reader.ts';
import { JuteWriter } from './jute-writer.ts';

/** A server of the ensemble, at the port for clients. */
export type Server = { readonly host: string; readonly port: number };

/** TLS by texts in PEM. `certificate` and `key` are for servers that ask who the client is. */
export type TlsOptions = {
  readonly ca: string;
  readonly certificate?: string;
  readonly key?: string;
  /** The name that the server's certificate must carry; by default the host's. */
  readonly serverName?: string;
};

/** TLS whose texts have been read. */
export type Tls = { readonly context: SecureContext; readonly serverName: string | undefined };

/** Reads the texts; throws what Node says of one that is none. */
export function readTls({ ca, certificate, key, serverName }: TlsOptions): Tls {
  return { context: createSecureContext({ ca, cert: certificate, key }), serverName };
}

export type LinkOptions = {
  readonly server: Server;
  readonly tls: Tls | undefined;
  readonly frameBytesMax: number;
  /** Any bytes have come. */
  readonly onBytes: () => void;
  /** May throw `MalformedFrame`, which ends the link. */
  readonly onFrame: (frame: Buffer, wholeBytes: number) => void;
  /** Called once, within the call that ends the link. */
  readonly onEnd: (why: string) => void;
};

/** One TCP or TLS connection that carries frames. What is appended within one turn leaves in one write. */
export class Link {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  #batch: JuteWriter | undefined;
  #ended = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#socket = open(options);
    const parser = new FrameParser(options.frameBytesMax, (frame, wholeBytes) => {
      if (!this.#ended) options.onFrame(frame, wholeBytes);
    });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#take(parser, chunk));
    this.#socket.on('error', (error) => this.drop(error.message));
    this.#socket.on('close', () => this.drop('the server closed the connection'));
  }

  /** Appends a frame, unless it is longer than `bytesMax`. Returns its length. */
  append(fill: (writer: JuteWriter) => void, bytesMax: number): number {
    const batch = this.#batch ?? this.#open();
    const before = batch.length;
    const bytes = batch.frame(fill);
    if (bytes > bytesMax) batch.truncate(before);
    return bytes;
  }

  /** Bytes that the other side is yet to take. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Ends the link at once. */
  drop(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#options.onEnd(why);
  }

  #open(): JuteWriter {
    const batch = new JuteWriter();
    this.#batch = batch;
    queueMicrotask(() => {
      this.#batch = undefined;
      if (!this.#ended && batch.length > 0) this.#socket.write(batch.take());
    });
    return batch;
  }

  #take(parser: FrameParser, chunk: Buffer): void {
    if (this.#ended) return;
    this.#options.onBytes();
    try {
      parser.push(chunk);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.drop(`the server sent what is no frame: ${error.message}`);
    }
  }
}

function open({ server, tls }: LinkOptions): Socket {
  if (tls === undefined) return connectTcp(server);
  const name = tls.serverName === undefined ? {} : { servername: tls.serverName };
  return connectTls({ ...server, ...name, secureContext: tls.context });
}
