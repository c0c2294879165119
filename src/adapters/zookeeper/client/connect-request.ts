import type { JuteWriter } from './jute-writer.ts';

/** What makes a session one's own: whoever has it can go on with the session, or end it. */
export type SessionKey = { readonly id: bigint; readonly password: Buffer };

/** The first frame of every connection: asks for a new session (an id of 0), or for one that there is. */
export function writeConnectRequest(
  writer: JuteWriter,
  request: { readonly key: SessionKey; readonly zxid: bigint; readonly sessionTimeoutMs: number },
): void {
  writer.int(0); // The version of the protocol.
  writer.long(request.zxid); // A server that is behind it refuses: nobody reads back in time.
  writer.int(request.sessionTimeoutMs);
  writer.long(request.key.id);
  writer.bytes(request.key.password);
  writer.boolean(false); // Not with a server that is cut off and could only be read from.
}
