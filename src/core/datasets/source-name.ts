import { type SourceName, sourceName } from '../../base/ids.ts';
import type { ProviderDefinition, SecretReference } from './provider-definition.ts';

/**
 * The source that a provider reads: what must not be asked too much at once, whichever datasets lie there. A server, a
 * bucket; a database by the secret that holds its address, since only nodes know what stands in it. Undefined for what lies
 * on the machine of whoever reads it.
 */
export function sourceNameOf(provider: ProviderDefinition): SourceName | undefined {
  switch (provider.type) {
    case 'files':
    case 'sqlite':
      return undefined;
    case 's3': {
      const [, bucket = ''] = /^s3:\/\/([^/]*)/.exec(provider.path) ?? [];
      return sourceName(
        provider.endpoint === undefined
          ? `s3://${bucket}`
          : `s3://${bucket} at ${originOf(provider.endpoint)}`,
      );
    }
    case 'http':
      return sourceName(originOf(provider.url));
    case 'postgres':
    case 'mysql':
      return sourceName(`${provider.type} ${secretText(provider.url)}`);
  }
}

/** Scheme, host and port of an address: nothing of what may be secret. */
function originOf(address: string): string {
  const [, scheme = '', host = ''] = /^(https?):\/\/([^/?#]*)/i.exec(address) ?? [];
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const name = host.toLowerCase();
  return `${scheme.toLowerCase()}://${name.endsWith(standard) ? name.slice(0, -standard.length) : name}`;
}

function secretText({ from, name }: SecretReference): string {
  return `${from === 'environment' ? 'env' : 'file'}:${name}`;
}
