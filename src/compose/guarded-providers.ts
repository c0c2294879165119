import { bytesIn } from '../adapters/directory/bytes-in.ts';
import type { Provider } from '../ports/provider.ts';
import { guardedProvider } from '../services/ingestion/guarded-provider.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import type { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';

/** The same providers, each of which asks its source only when the guard lets it. */
export function guardedProviders(
  providerOf: ProviderOf,
  { kit, guard }: { readonly kit: Kit; readonly guard: SourceGuard },
): ProviderOf {
  const guarded = new Map<Provider, Provider>();
  return (definition) => {
    const provider = providerOf(definition);
    const known = guarded.get(provider) ?? guardedProvider(provider, { clock: kit.clock, guard, bytesIn });
    guarded.set(provider, known);
    return known;
  };
}
