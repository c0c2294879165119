import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses at which machines are told who they are, credentials included: no definition may send requests there. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

/** An endpoint has such an address. */
export class LinkLocalAddress extends Error {
  override readonly name = 'LinkLocalAddress';
}

/** Throws `LinkLocalAddress` for an endpoint that is such an address itself; `lookupElsewhere` sees to those that have a name. */
export function refuseLinkLocal(endpoint: string): void {
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isLinkLocal(host)) throw new LinkLocalAddress(host);
}

/** Resolves names as always, except to such addresses: looked at when it connects, since a name may change its mind. */
export const lookupElsewhere: LookupFunction = (host, options, callback) => {
  dnsLookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const bad = error === null ? addresses.find(({ address }) => isLinkLocal(address)) : undefined;
    if (error !== null || bad !== undefined) return callback(error ?? new LinkLocalAddress(host), '', 4);
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    return callback(null, first?.address ?? '', first?.family ?? 4);
  });
};

function isLinkLocal(address: string): boolean {
  // An IPv4 address in the clothes of an IPv6 one is matched as what it is.
  return linkLocal.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
