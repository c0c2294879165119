import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The open connections of a server. Node's own way to close idle ones spares those on which no request was ever sent,
 * and browsers open such connections in advance: each would hold up a stop until its deadline.
 */
export class Connections {
  /** How many requests are under way on each. */
  readonly #requests = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.on('request', (request, response) => this.#begun(request, response));
  }

  /** Closes every connection without a request under way, now and from now on. */
  closeIdle(): void {
    this.#closing = true;
    for (const [socket, requests] of this.#requests) if (requests === 0) socket.destroy();
  }

  #opened(socket: Socket): void {
    if (this.#closing) {
      socket.destroy();
      return;
    }
    this.#requests.set(socket, 0);
    socket.once('close', () => this.#requests.delete(socket));
  }

  #begun({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const requests = this.#requests.get(socket);
      if (requests === undefined) return;
      this.#requests.set(socket, requests - 1);
      if (this.#closing && requests === 1) socket.destroySoon();
    });
  }
}
