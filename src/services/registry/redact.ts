import type { DatasetDefinition, NotifyDefinition } from '../../core/datasets/definition.ts';

/**
 * A definition as it may be shown to anybody who may read the dataset. Secrets are references already; what people put
 * into addresses all the same, such as the token of a webhook, is hidden.
 */
export function redactDefinition(definition: DatasetDefinition): DatasetDefinition {
  return { ...definition, notify: definition.notify.map(redactNotify) };
}

function redactNotify(notify: NotifyDefinition): NotifyDefinition {
  return notify.type === 'webhook' ? { ...notify, url: redactUrl(notify.url) } : notify;
}

/** Scheme and host stay: user and password, path, query and fragment may each hold a token, and become `***`. */
export function redactUrl(url: string): string {
  const [, origin = '', user = '', host = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*@)?([^/?#]*)(.*)$/is.exec(url) ?? [];
  return `${origin}${user === '' ? '' : '***@'}${host}${rest === '' || rest === '/' ? rest : '/***'}`;
}
