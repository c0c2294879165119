import type { ClientConfig, CustomTypesConfig } from 'pg';
import { limits } from '../../../base/limits.ts';
import { columnParsers } from '../column-values.ts';
import { decodeText } from '../safe-text.ts';

/** Text is what most types come as: of `text`, `varchar`, `name` and whatever has no parser of its own. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number) => columnParsers[oid] ?? decodeText,
};

/**
 * How every connection of Assay to a server is set up. The URL may say more (`sslmode`, `sslrootcert`, `application_name`,
 * `options`) and wins. The server ends a statement that takes too long; when it does not even do that, the client gives up.
 */
export function clientConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'assay',
    connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
    statement_timeout: limits.databaseQueryTimeoutMs,
    idle_in_transaction_session_timeout: limits.databaseIdleTransactionMs,
    query_timeout: limits.databaseQueryTimeoutMs + limits.databaseConnectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: limits.databaseKeepAliveMs,
    types,
  };
}

/** The server of a URL without its secrets, for logs and messages. */
export function serverName(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return `${host}${port === '' ? '' : `:${port}`}${pathname}`;
}
