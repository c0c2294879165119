import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { second } from '../../base/units.ts';

/** An address for people: without its query, which may hold a token. */
export function shownAddress(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

/** What an answer without the file means. */
export function failureOfStatus(
  status: number,
  about: { readonly address: string; readonly retryAfter?: string | undefined; readonly now: number },
): Failure {
  const where = shownAddress(about.address);
  const told = `${where} answered ${status}`;
  if (status === 404 || status === 410)
    return failure('SOURCE_NOT_FOUND', `${told}: there is no such file`, { where });
  if (status === 401 || status === 403 || status === 407) {
    return failure('SOURCE_UNREADABLE', `${told}: it does not let us read the file`, {
      hint: 'give provider.headers, such as authorization: "${env:NAME}", or correct what is in that secret',
      where,
    });
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = retryAfterOf(about.retryAfter, about.now);
    return failure('SOURCE_UNAVAILABLE', told, { where, retryAfterMs });
  }
  return failure('SOURCE_UNREADABLE', told, { hint: 'open the address with `curl -I` and compare', where });
}

/** Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; undefined when it says nothing. */
function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const afterMs = /^\d{1,9}$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now;
  if (!Number.isFinite(afterMs) || afterMs <= 0) return undefined;
  return Math.min(afterMs, limits.sourceRetryAfterMsMax);
}

/** An address that must not be connected to. */
export function refusedAddress(address: string, connected: string): Failure {
  const where = shownAddress(address);
  return failure('SOURCE_UNREADABLE', `${where} leads to ${connected}, which is no public address`, {
    hint: 'if it is meant, allow its network where the service runs: ASSAY_HTTP_ALLOW=10.0.0.0/8',
    where,
  });
}

/** Certificates do not heal by themselves; everything else about a connection may. */
export function failureOfConnection(error: unknown, address: string): Failure {
  const where = shownAddress(address);
  const code = codeOf(error);
  if (certificateCodes.test(code)) {
    return failure('SOURCE_UNREADABLE', `the certificate of ${where} can not be trusted (${code})`, {
      hint: 'an authority of your own belongs into the file that NODE_EXTRA_CA_CERTS names, where the service runs',
      where,
    });
  }
  if (code.startsWith('HPE_') || code === 'EPROTO') {
    return failure('SOURCE_UNREADABLE', `${where} does not answer in HTTP (${code})`, { where });
  }
  const message = error instanceof Error ? error.message : String(error);
  return failure('SOURCE_UNAVAILABLE', `${where} can not be read now`, { where, cause: message });
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
