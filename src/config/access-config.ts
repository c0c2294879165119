import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type Outcome, succeed } from '../base/outcome.ts';
import { type Environment, invalid } from './settings.ts';

/** Whether people have to sign in, and whose word is taken for where a request comes from. */
export type AccessConfig = {
  /** `off`: whoever reaches the service may do everything. */
  readonly mode: 'on' | 'off';
  /** The operator's key, made by somebody else; by default the service makes one in its data directory. */
  readonly operatorKeyFile: string | undefined;
  /** Proxies in front, by address or network: what they say of the client and of HTTPS is believed. */
  readonly trustedProxies: readonly string[];
};

/** Reads `--access` and `ASSAY_ACCESS`, `ASSAY_OPERATOR_KEY_FILE` and `ASSAY_TRUSTED_PROXIES`: `REQUEST_INVALID` names what is wrong. */
export function readAccessConfig(
  options: { readonly access?: string | undefined },
  environment: Environment,
): Outcome<AccessConfig> {
  const mode = options.access ?? environment['ASSAY_ACCESS'] ?? 'on';
  if (mode !== 'on' && mode !== 'off') return invalid('access', 'on or off');
  const proxies = (environment['ASSAY_TRUSTED_PROXIES'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (!proxies.every(isNetwork)) {
    return invalid(
      'list of trusted proxies (ASSAY_TRUSTED_PROXIES)',
      'addresses and networks, separated by commas, such as 10.0.0.0/8,127.0.0.1',
    );
  }
  const keyFile = environment['ASSAY_OPERATOR_KEY_FILE'];
  return succeed({
    mode,
    operatorKeyFile: keyFile === undefined ? undefined : resolve(keyFile),
    trustedProxies: proxies,
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
