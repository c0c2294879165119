import type { DatasetDefinition, NotifyDefinition } from '../../core/datasets/definition.ts';

/**
 * A definition as it may be shown to anybody who may read the dataset. Secrets are references already; what people put
 * into addresses all the same (user and password, tokens in the query) is hidden.
 */
export function redactDefinition(definition: DatasetDefinition): DatasetDefinition {
  return { ...definition, notify: definition.notify.map(redactNotify) };
}

function redactNotify(notify: NotifyDefinition): NotifyDefinition {
  return { ...notify, url: redactUrl(notify.url) };
}

/** Scheme, host and path stay; user, password, query and fragment become `***`. */
export function redactUrl(url: string): string {
  const withoutUser = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1***@');
  return withoutUser.replace(/[?#].*$/s, '?***');
}
