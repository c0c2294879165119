import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import { assert } from '../../base/assert.ts';
import { type Failure, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Channel } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Wait } from '../../ports/provider.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { withDeadline } from './deadline.ts';
import { type Mail, mailOf } from './mail.ts';
import { parseSmtpAddress, type SmtpAddress } from './smtp-address.ts';

export type EmailChannelOptions = {
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Where people find the service's page; without it messages have no link. */
  readonly publicUrl: string | undefined;
  /** The sender; by default `assay@` and the name of this machine. */
  readonly mailFrom: string | undefined;
};

/** The environment variable, or key of the secrets file, that names the mail server. */
const serverName = 'ASSAY_SMTP_URL';

/**
 * Sends messages by SMTP, one connection each. `DELIVERY_REFUSED` when the server says for good that it does not take this
 * mail (5xx to sender, recipient or content); everything else is `DELIVERY_FAILED`: also a missing server and a wrong
 * password, which an operator may correct. No failure tells the password.
 */
export function createEmailChannel(options: EmailChannelOptions): Channel {
  const { clock, secrets, publicUrl } = options;
  const from = options.mailFrom ?? `assay@${hostname()}`;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    deliver: async ({ id, message, recipient }, wait) => {
      assert(recipient !== undefined, 'an e-mail has a recipient');
      const server = await serverOf(secrets);
      if (!server.ok) return server;
      const mail = mailOf({ id, message }, { publicUrl, domain });
      return await withDeadline(clock, wait, (signal) =>
        send(server.value, { from, to: recipient, mail }, { timeoutMs: wait.timeoutMs, signal }),
      );
    },
  };
}

async function serverOf(secrets: Secrets): Promise<Outcome<SmtpAddress>> {
  const inEnvironment = await secrets.resolve({ from: 'environment', name: serverName });
  const given = inEnvironment.ok ? inEnvironment : await secrets.resolve({ from: 'file', name: serverName });
  const hint = `Set ${serverName}, in the environment or the secrets file, to smtps://USER:PASSWORD@HOST or smtp://…`;
  if (!given.ok) return fail(failure('DELIVERY_FAILED', 'No mail server is configured', { hint }));
  const server = parseSmtpAddress(given.value);
  if (server !== undefined) return succeed(server);
  return fail(failure('DELIVERY_FAILED', `${serverName} is no address of a mail server`, { hint }));
}

type Sending = { readonly from: string; readonly to: string; readonly mail: Mail };

/** The socket is ours, so that an end is an end: nothing goes on behind a time-out. */
async function send(server: SmtpAddress, { from, to, mail }: Sending, wait: Wait): Promise<Outcome<void>> {
  const { host, port, tls, user, password } = server;
  const { signal, timeoutMs } = wait;
  let socket: Socket | undefined;
  const stop = (): void => void socket?.destroy(new Error('the delivery was stopped'));
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'off',
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_, callback) => {
      const opening = connect({ host, port });
      socket = opening;
      if (signal.aborted) stop();
      opening.once('error', callback);
      opening.once('connect', () => {
        opening.off('error', callback);
        callback(null, { connection: opening });
      });
    },
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { references, ...content } = mail;
    await transport.sendMail({
      ...content,
      from: { name: 'Assay', address: from },
      to: { name: '', address: to },
      envelope: { from, to: [to] },
      ...(references.length === 0 ? {} : { references: [...references], inReplyTo: references[0] }),
      // Nobody's absence is to answer (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return succeed(undefined);
  } catch (error) {
    return fail(failureOfSending(error, `${host}:${port}`, signal));
  } finally {
    signal.removeEventListener('abort', stop);
    socket?.destroy();
  }
}

const answerCharactersMax = 200;

function failureOfSending(error: unknown, server: string, signal: AbortSignal): Failure {
  const { status, command } = answerOf(error);
  const reason: unknown = signal.aborted ? signal.reason : error;
  const said = (reason instanceof Error ? reason.message : 'stopped')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, answerCharactersMax);
  // A login that is refused says nothing about the mail: an operator may correct it.
  const isFinal = status >= 500 && status < 600 && /^(MAIL|RCPT|DATA)/.test(command);
  if (isFinal) {
    const hint = 'Correct the address, or what the mail server accepts';
    return failure('DELIVERY_REFUSED', `${server} refused the e-mail`, { hint, cause: said });
  }
  return failure('DELIVERY_FAILED', `${server} did not take the e-mail`, { cause: said });
}

/** What the server answered, to which command. */
function answerOf(error: unknown): { status: number; command: string } {
  if (!(error instanceof Error)) return { status: 0, command: '' };
  const status = 'responseCode' in error ? Number(error.responseCode) : 0;
  return { status, command: 'command' in error ? String(error.command) : '' };
}
