import { open } from 'node:fs/promises';
import { type Failure, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { MiB } from '../../base/units.ts';
import type { SecretReference } from '../../core/datasets/provider-definition.ts';
import type { Secrets } from '../../ports/secrets.ts';

export type SecretsOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A JSON object of strings, or lines of `KEY=VALUE`; only its owner may read it. Read anew for each secret. */
  readonly secretsFile?: string | undefined;
};

/** Secrets of the environment and of a secrets file. No value, nor any piece of the file, ever stands in a message. */
export function createSecrets(options: SecretsOptions): Secrets {
  return {
    resolve: async (reference) =>
      reference.from === 'environment'
        ? present(options.environment[reference.name], reference)
        : await resolveInFile(options.secretsFile, reference),
  };
}

const fileBytesMax = 1 * MiB;
const permissionsOfOthers = 0o007;
const permissionOfGroupToWrite = 0o020;

async function resolveInFile(path: string | undefined, reference: SecretReference): Promise<Outcome<string>> {
  if (path === undefined) {
    const hint = 'Start Assay with a secrets file, or refer to an environment variable';
    return fail(
      failure('SECRET_MISSING', `No secrets file is configured for the secret ${reference.name}`, { hint }),
    );
  }
  const text = await readPrivately(path);
  if (!text.ok) return text;
  const entries = parse(text.value);
  return entries === undefined
    ? fail(unfit(path, 'is neither a JSON object of strings nor lines of KEY=VALUE'))
    : present(entries.get(reference.name), reference);
}

function present(value: string | undefined, reference: SecretReference): Outcome<string> {
  if (value !== undefined && value !== '') return succeed(value);
  const place = reference.from === 'environment' ? 'the environment variable' : 'the key of the secrets file';
  const hint = `Set ${place} ${reference.name}`;
  return fail(failure('SECRET_MISSING', `The secret ${reference.name} is not set`, { hint }));
}

/** Rights are checked on the opened file, so that it can not be swapped in between. */
async function readPrivately(path: string): Promise<Outcome<string>> {
  try {
    await using file = await open(path, 'r');
    const { mode, size } = await file.stat();
    if ((mode & (permissionsOfOthers | permissionOfGroupToWrite)) !== 0) {
      return fail(unfit(path, 'is open to other users', `Run: chmod 600 ${path}`));
    }
    if (size > fileBytesMax) return fail(unfit(path, 'is larger than 1 MiB'));
    return succeed(await file.readFile('utf8'));
  } catch (error) {
    return fail(unfit(path, 'can not be read', undefined, error));
  }
}

function unfit(path: string, what: string, hint?: string, cause?: unknown): Failure {
  return failure('SECRETS_FILE_UNFIT', `The secrets file ${path} ${what}`, { hint, cause });
}

function parse(text: string): ReadonlyMap<string, string> | undefined {
  return text.trimStart().startsWith('{') ? parseJson(text) : parseLines(text);
}

function parseJson(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const entries = Object.entries(value ?? {}).filter((entry) => typeof entry[1] === 'string');
    return new Map(entries.map(([name, secret]) => [name, String(secret)]));
  } catch {
    // The parser's message quotes the file, so it must not become a cause.
    return undefined;
  }
}

const linePattern = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$/;

function parseLines(text: string): ReadonlyMap<string, string> | undefined {
  const entries = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, name, value] = linePattern.exec(trimmed) ?? [];
    if (name === undefined || value === undefined) return undefined;
    entries.set(name, unquote(value));
  }
  return entries;
}

function unquote(value: string): string {
  const quote = value.at(0);
  const quoted = value.length >= 2 && (quote === '"' || quote === "'") && value.at(-1) === quote;
  return quoted ? value.slice(1, -1) : value;
}
