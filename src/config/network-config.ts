import { allowedAddresses } from '../adapters/http-files/allowed-addresses.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import type { Environment } from './settings.ts';

/** Networks that are not public and may be read over HTTP all the same: `ASSAY_HTTP_ALLOW=10.0.0.0/8,fd00::/8`. */
export function readHttpAllow(environment: Environment): Outcome<readonly string[]> {
  const networks = (environment['ASSAY_HTTP_ALLOW'] ?? '')
    .split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '');
  const checked = allowedAddresses(networks);
  return checked.ok ? succeed(networks) : checked;
}
