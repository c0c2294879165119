import assert from 'node:assert/strict';
import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type ReceivedMail = {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came: headers and parts. */
  readonly source: string;
  readonly messageId: string;
};

export type SmtpReceiver = AsyncDisposable & {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
};

/** A real SMTP server that keeps what it takes. `refuse` may answer a recipient or the content with an error. */
export async function startSmtpReceiver(
  options: SMTPServerOptions & {
    readonly refuse?: (what: { readonly rcpt?: string; readonly source?: string }) => Error | undefined;
  } = {},
): Promise<SmtpReceiver> {
  const { refuse, ...rest } = options;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    closeTimeout: 100,
    onRcptTo: ({ address }, _, callback) => callback(refuse?.({ rcpt: address }) ?? null),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString('utf8');
        const error = refuse?.({ source });
        if (error !== undefined) return callback(error);
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false || mailFrom === undefined ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source,
          messageId: /^Message-ID: (.+)$/im.exec(source)?.[1]?.trim() ?? '',
        });
        return callback();
      });
    },
    ...rest,
  });
  // Clients that end in the middle are what some tests are about.
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    port: address.port,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An SMTP answer with this code. */
export function smtpError(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
