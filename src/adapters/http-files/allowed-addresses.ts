import { BlockList, isIP } from 'node:net';
import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';

/** Decides which addresses of the network may be connected to. */
export type AllowedAddresses = (address: string) => boolean;

/**
 * All public addresses, and those of `networks` (`10.0.0.0/8`, `::1/128`): whoever may register a dataset must not reach what
 * only this machine reaches. Not public are this machine, private and link-local networks, where clouds answer with
 * credentials (169.254.169.254), and addresses that hold another one, behind which anything may be. `REQUEST_INVALID` for
 * what is no network.
 */
export function allowedAddresses(networks: readonly string[]): Outcome<AllowedAddresses> {
  const allowed = new BlockList();
  for (const network of networks) {
    const [, address = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(network.trim()) ?? [];
    const family = isIP(address);
    if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return fail(noNetwork(network));
    allowed.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return succeed((given) => {
    // An address of a link may name its interface.
    const address = given.replace(/%.*$/, '');
    const family = isIP(address);
    if (family === 0) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    return allowed.check(address, type) || !notPublic.check(address, type);
  });
}

/** Registries of special addresses: RFC 6890 with its updates, and multicast. IPv4 in IPv6 (`::ffff:…`) is checked as IPv4. */
const special = {
  ipv4: [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  ipv6: [
    // `::`, `::1`, and IPv4 in its oldest form.
    ['::', 96],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
    ['5f00::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ],
} as const satisfies Readonly<Record<'ipv4' | 'ipv6', readonly (readonly [string, number])[]>>;

const notPublic = new BlockList();
for (const [address, bits] of special.ipv4) notPublic.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of special.ipv6) notPublic.addSubnet(address, bits, 'ipv6');

function noNetwork(network: string) {
  return failure('REQUEST_INVALID', `ASSAY_HTTP_ALLOW has ${JSON.stringify(network)}, which is no network`, {
    hint: 'write networks with commas between them, such as 10.0.0.0/8,fd00::/8',
  });
}
