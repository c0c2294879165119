import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { Provider } from '../../ports/provider.ts';

/** The provider of a dataset, by the type that its definition names. */
export type ProviderOf = (definition: DatasetDefinition) => Provider;
