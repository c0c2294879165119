/** A mail server: where it is, how it is spoken to, and as whom. */
export type SmtpAddress = {
  readonly host: string;
  readonly port: number;
  /** `implicit` from the first byte; `required` by STARTTLS, or nothing is sent; `off` for servers of the same machine. */
  readonly tls: 'implicit' | 'required' | 'off';
  readonly user?: string;
  readonly password?: string;
};

/**
 * Reads `smtps://user:password@host:465` and `smtp://user:password@host:587`; undefined when it is neither. `smtp:`
 * without TLS is for this machine alone, or for those who write `?tls=off`.
 */
export function parseSmtpAddress(text: string): SmtpAddress | undefined {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || !['smtp:', 'smtps:'].includes(url.protocol)) return undefined;
  const isImplicit = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOff = url.searchParams.get('tls') === 'off' || isLoopback(host);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || password === undefined) return undefined;
  return {
    host,
    port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? 'implicit' : isOff ? 'off' : 'required',
    ...(user === '' ? {} : { user, password }),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
