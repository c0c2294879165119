import type { JsonSchema } from './schemas/schema-kit.ts';

type Part = Readonly<Record<string, unknown>>;

/** An OpenAPI document, as far as the page of it looks. */
export type ApiDocument = {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Part>>>>;
};

/** The policy of that page: it has no script, and loads nothing. */
export const docsPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** The API's document as one page for people: no script, nothing to load, each operation at an address of its own. */
export function docsPage({ info, paths }: ApiDocument): string {
  const groups = Map.groupBy(Object.entries(paths), ([path]) => groupOf(path));
  const names = [...groups.keys()].toSorted();
  const nav = names.map((name) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join('');
  const sections = names.map((name) => {
    const operations = (groups.get(name) ?? []).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => operationHtml(method, path, operation)),
    );
    return `<section><h2 id="${escaped(name)}">${escaped(name)}</h2>${operations.join('')}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(info.title)} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head><body>
<header><h1>${escaped(info.title)} API <small>${escaped(info.version)}</small></h1><p>${escaped(info.description)}</p>
<p>As a document for programs: <a href="/api/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Parts of the API">${nav}</nav><main>${sections.join('\n')}</main></body></html>`;
}

/** `/api/v1/datasets/{dataset}` belongs to `datasets`. */
function groupOf(path: string): string {
  return path.replace(/^\/api\/v1\//, '').split('/')[0] ?? '';
}

function operationHtml(method: string, path: string, operation: Part): string {
  const id = textOf(operation['operationId']);
  const body = schemaIn(partOf(operation['requestBody'])['content']);
  const responses = Object.entries(partOf(operation['responses'])).map(([status, one]) =>
    responseHtml(status, partOf(one)),
  );
  return `<details id="${escaped(id)}"><summary><span class="method ${escaped(method)}">${escaped(method.toUpperCase())}</span>
<code>${escaped(path)}</code> <span>${escaped(textOf(operation['summary']))}</span></summary>
${parametersHtml(operation['parameters'])}
${body === undefined ? '' : `<h3>Body</h3><pre tabindex="0">${escaped(typeText(body))}</pre>`}
<h3>Answers</h3>${responses.join('')}</details>`;
}

function parametersHtml(parameters: unknown): string {
  if (!Array.isArray(parameters) || parameters.length === 0) return '';
  const rows = parameters.map(partOf).map(({ name, in: place, required, schema }) => {
    const about = textOf(partOf(schema)['description']);
    const isRequired = required === true ? ' (required)' : '';
    return `<tr><td><code>${escaped(textOf(name))}</code></td><td>${escaped(textOf(place))}${isRequired}</td><td><code>${escaped(typeText(partOf(schema)))}</code></td><td>${escaped(about)}</td></tr>`;
  });
  return `<h3>Parameters</h3><div class="wide" tabindex="0" role="region" aria-label="Parameters"><table><thead><tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function responseHtml(status: string, response: Part): string {
  const about = `<p><b>${escaped(status)}</b> ${escaped(textOf(response['description']))}</p>`;
  const schema = Number(status) < 400 ? schemaIn(response['content']) : undefined;
  return schema === undefined ? about : `${about}<pre tabindex="0">${escaped(typeText(schema))}</pre>`;
}

function schemaIn(content: unknown): JsonSchema | undefined {
  const [first] = Object.values(partOf(content));
  const schema = partOf(first)['schema'];
  return schema === undefined ? undefined : partOf(schema);
}

/** Deeper than this nobody reads. */
const depthMax = 8;

/** A JSON schema as a type: `{ dataset: text, limit?: number }`. */
function typeText(schema: JsonSchema, depth = 0): string {
  const { type, enum: words, anyOf, items, properties, additionalProperties } = schema;
  if (depth > depthMax) return '…';
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(' | ');
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeText(partOf(one), depth)).join(' | ');
  if (type === 'array') return `[${typeText(partOf(items), depth + 1)}]`;
  if (type !== 'object') return typeof type === 'string' ? (plainTypes[type] ?? type) : 'any';
  if (properties === undefined) {
    const values =
      typeof additionalProperties === 'object' ? typeText(partOf(additionalProperties), depth + 1) : 'any';
    return `{ [name]: ${values} }`;
  }
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(partOf(properties)).map(([name, one]) => {
    const meaning = textOf(partOf(one)['description']);
    const about = meaning === '' ? '' : `   — ${meaning}`;
    return `${indent}${name}${required.includes(name) ? '' : '?'}: ${typeText(partOf(one), depth + 1)}${about}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  null: 'nothing',
};

function partOf(value: unknown): Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--line:#d8dee4;--ground:#fff;--soft:#f4f6f8;--accent:#00687b}
@media(prefers-color-scheme:dark){:root{--ink:#d8dee4;--quiet:#a3acb8;--line:#2e353f;--ground:#13171c;--soft:#1c2128;--accent:#52bed2}}
body{margin:0 auto;max-width:1000px;padding:16px;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
small,header p{color:var(--quiet)}a{color:var(--accent)}nav{display:flex;flex-wrap:wrap;gap:6px 14px;margin:12px 0}
details{border:1px solid var(--line);border-radius:8px;margin:6px 0;padding:0 12px}
details[open]{padding-bottom:12px}summary{padding:8px 0;cursor:pointer;overflow-wrap:anywhere}
.method{display:inline-block;min-width:58px;font-weight:700;font-size:12px;color:var(--accent)}
code,pre{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace}pre,.wide{overflow-x:auto}
pre{background:var(--soft);border-radius:6px;padding:10px;margin:6px 0}
table{border-collapse:collapse;font-size:13px}td,th{border-bottom:1px solid var(--line);padding:4px 10px 4px 0;text-align:left;vertical-align:top}
h3{font-size:13px;margin:12px 0 4px;color:var(--quiet)}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;
