import { assert } from '../../../base/assert.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { writeConnectRequest } from '../client/connect-request.ts';
import { JuteWriter } from '../client/jute-writer.ts';
import type { Server, TlsOptions } from '../client/link.ts';
import { opcodes } from '../client/protocol.ts';

/** Where a session's ensemble is, and how to speak to it. */
export type EnsembleAddress = { readonly servers: readonly Server[]; readonly tls?: TlsOptions };

/** Everything that a watcher has to know to end a session, as JSON on one line of its input. A secret. */
export type LastWill = EnsembleAddress & {
  /** Frames, in base64: the request for the session, and the one that ends it. */
  readonly hello: string;
  readonly farewell: string;
  /** How long a server has for its answers. */
  readonly attemptMs: number;
  /** How often all servers are tried; after that the session has ended by itself. */
  readonly roundsMax: number;
};

/** The last will for the session of a client, which must have begun. */
export function lastWillOf(client: ZooKeeperClient, ensemble: EnsembleAddress): LastWill {
  const { sessionKey: key, sessionTimeoutMs } = client;
  assert(key !== undefined, 'a session is watched before it has begun');
  return {
    ...ensemble,
    hello: frame((writer) => writeConnectRequest(writer, { key, zxid: 0n, sessionTimeoutMs })),
    farewell: frame((writer) => {
      writer.int(1);
      writer.int(opcodes.closeSession);
    }),
    attemptMs: Math.min(attemptMsMax, Math.ceil(sessionTimeoutMs / 3)),
    roundsMax: Math.ceil((2 * sessionTimeoutMs) / 100),
  };
}

/** A server that hangs must not take the time of the others. */
const attemptMsMax = 500;

function frame(fill: (writer: JuteWriter) => void): string {
  const writer = new JuteWriter();
  writer.frame(fill);
  return writer.take().toString('base64');
}
