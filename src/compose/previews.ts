import { createDirectoryBatchStore } from '../adapters/directory/batch-store.ts';
import { createEngine } from '../adapters/duckdb/engine.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import type { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';
import { Previews } from '../services/registry/preview.ts';
import { guardedProviders } from './guarded-providers.ts';
import { createProviders } from './providers.ts';

/** Looks at sources for people, with a worker process of its own, which starts when it is first asked: a source that hangs takes nothing from others. */
export function createPreviews(
  kit: Kit,
  options: {
    readonly scratchDirectory: string;
    readonly httpAllow: readonly string[];
    readonly secretsFile: string | undefined;
    readonly guard: SourceGuard;
  },
): { readonly previews: Previews; readonly providerOf: ProviderOf; close(): Promise<void> } {
  const { scratchDirectory, secretsFile, guard } = options;
  const engine = createEngine(kit, { workersMax: 1, scratchDirectory });
  const store = createDirectoryBatchStore({ root: scratchDirectory, ...kit });
  const secrets = createSecrets({ environment: process.env, secretsFile });
  const providerOf = guardedProviders(createProviders({ ...options, kit, engine, secrets }), { kit, guard });
  const previews = new Previews(kit, { engine, providerOf, stage: () => store.stage() });
  return { previews, providerOf, close: () => engine.close() };
}
