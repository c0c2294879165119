import type { LastWill } from './last-will.ts';

/**
 * The program of a watcher: waits for the end of its input, and then ends the session of its last will, unless it was
 * told to `rest`. Its input is a pipe that only its parent holds: it ends when the parent is dead, however that came,
 * and never while the parent only stands still.
 *
 * It runs as text in a process of its own, without type stripping and without this program's modules, which would cost
 * five times the memory: so it must not refer to anything outside of itself.
 */
export function endAfterDeath(): void {
  const { connect } = process.getBuiltinModule('node:net');
  const tls = process.getBuiltinModule('node:tls');
  const { scheduler } = process.getBuiltinModule('node:timers/promises');
  process.title = 'assay death watch';
  let told = '';
  // Signals to the whole group are for the parent: this process ends with its parent and not before.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    told += text;
  });
  process.stdin.on('error', () => {});
  process.stdin.once('close', () => {
    const lines = told.split('\n');
    if (!lines.includes('rest') && lines.length > 1) void end(JSON.parse(lines[0] ?? '') as LastWill);
  });

  async function end(will: LastWill): Promise<void> {
    for (let round = 0; round < will.roundsMax; round += 1) {
      for (const server of will.servers) if (await endAt(server, will)) return;
      await scheduler.wait(100);
    }
  }

  /** Whether the session is known to have ended. */
  function endAt(server: LastWill['servers'][number], will: LastWill): Promise<boolean> {
    const done = Promise.withResolvers<boolean>();
    const { ca, certificate: cert, key, serverName: servername } = will.tls ?? {};
    const socket =
      will.tls === undefined
        ? connect(server)
        : tls.connect({ ...server, ca, cert, key, ...(servername === undefined ? {} : { servername }) });
    AbortSignal.timeout(will.attemptMs).addEventListener('abort', () => socket.destroy());
    let answer = Buffer.alloc(0);
    let saidFarewell = false;
    socket.write(Buffer.from(will.hello, 'base64'));
    socket.on('data', (bytes: Buffer) => {
      if (saidFarewell) done.resolve(true);
      answer = Buffer.concat([answer, bytes]);
      if (saidFarewell || answer.length < 12) return;
      // Behind the length of the frame and the version of the protocol: the session's time-out, or 0 if there is none.
      if (answer.readInt32BE(8) <= 0) done.resolve(true);
      saidFarewell = true;
      socket.write(Buffer.from(will.farewell, 'base64'));
    });
    socket.on('error', () => {});
    socket.on('close', () => done.resolve(false));
    return done.promise.finally(() => socket.destroy());
  }
}
