import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, it } from 'node:test';
import { errorCatalogue } from '../src/base/errors.ts';
import { limits } from '../src/base/limits.ts';
import { telemetryCatalogue } from '../src/base/telemetry.ts';

const root = resolve(import.meta.dirname, '..');

/** Which floors each floor may import, beside itself. `docs/architecture.md` says why. */
const floors: Readonly<Record<string, readonly string[]>> = {
  base: [],
  core: ['base'],
  ports: ['base', 'core'],
  services: ['base', 'core', 'ports'],
  adapters: ['base', 'core', 'ports'],
  cli: ['base', 'core', 'ports', 'services'],
  http: ['base', 'core', 'ports', 'services'],
  roles: ['base', 'core', 'ports', 'services'],
};

/** Packages that a floor may import; adapters, cli and http may import any. */
const packages: Readonly<Record<string, readonly string[]>> = {
  base: [],
  core: [],
  ports: [],
  services: ['yaml', 'node:async_hooks', 'node:crypto', 'node:path'],
  roles: [],
};

/** Words that do not belong into code, each with what to write instead. */
const bannedWords: readonly (readonly [RegExp, string])[] = [
  [/\b(?:FIXME|XXX|HACK|TODO)\b/, 'an issue, or the work itself'],
  [/@ts-(?:ignore|nocheck|expect-error)/, 'a correct type'],
  [/\b(?:it|test|describe)\.(?:skip|only|todo)\b/, 'a test that runs'],
  [/\bas\s+any\b/, 'a correct type'],
];

const impure =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bsetTimeout\b|\bsetInterval\b|\bperformance\.now\b/;

function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name).split(sep).join('/'))
    .sort();
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

const importStatements =
  /^(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,?\s*)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})?\s*from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;

function importsOf(text: string): string[] {
  const found = withoutComments(text).matchAll(importStatements);
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function floorOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function importFault(path: string, specifier: string): string | undefined {
  const floor = floorOf(path);
  const allowed = floors[floor];
  if (allowed === undefined) return undefined; // main.ts, compose/, config/, demo/: the top.
  if (!specifier.startsWith('.')) {
    const list = packages[floor];
    return list === undefined || list.includes(specifier)
      ? undefined
      : `${path} imports the package ${specifier}`;
  }
  if (!specifier.endsWith('.ts') && !specifier.endsWith('.json'))
    return `${path} imports ${specifier} without .ts`;
  const target = relative(root, resolve(root, dirname(path), specifier))
    .split(sep)
    .join('/');
  const targetFloor = floorOf(target);
  if (targetFloor !== floor) return allowed.includes(targetFloor) ? undefined : `${path} imports ${target}`;
  const [own, other] = [path.split('/')[2], target.split('/')[2]];
  return floor === 'adapters' && own !== other ? `${path} imports another adapter: ${target}` : undefined;
}

const sources = files('src', '.ts');
const tests = files('test', '.ts');

describe('the house', () => {
  it('imports only from its own floor and from those below', () => {
    const faults = sources.flatMap((path) =>
      importsOf(read(path)).flatMap((specifier) => importFault(path, specifier) ?? []),
    );
    assert.deepEqual(faults, []);
  });

  it('has no file that passes on what another one exports', () => {
    const faults = sources.filter((path) =>
      /^export (?:type )?(?:\*|\{[^}]*\}) from/m.test(withoutComments(read(path))),
    );
    assert.deepEqual(faults, []);
  });

  it('has no limit that nothing keeps', () => {
    const code = sources
      .filter((path) => !path.startsWith('src/base/limits/'))
      .map(read)
      .join('\n');
    assert.deepEqual(
      Object.keys(limits).filter((name) => !new RegExp(`\\b${name}\\b`).test(code)),
      [],
    );
  });

  it('has no limit twice', () => {
    const names = sources
      .filter((path) => path.startsWith('src/base/limits/'))
      .flatMap((path) => [...read(path).matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name ?? ''));
    assert.deepEqual(names.toSorted(), Object.keys(limits).toSorted());
  });

  it('takes time and chance from the system adapter alone', () => {
    const faults = sources.filter(
      (path) => !path.startsWith('src/adapters/system/') && impure.test(withoutComments(read(path))),
    );
    assert.deepEqual(faults, []);
  });

  it('keeps words out that stand for unfinished work', () => {
    const faults = [...sources, ...tests]
      .filter((path) => path !== 'test/tidy.test.ts')
      .flatMap((path) =>
        bannedWords
          .filter(([word]) => word.test(read(path)))
          .map(([, instead]) => `${path}: write ${instead}`),
      );
    assert.deepEqual(faults, []);
  });

  it('has no syntax that passes the type checker and dies when types are stripped', () => {
    const faults = sources.filter((path) =>
      /^\s*@(?!media\b)[A-Za-z]|\baccessor\s+[#\w]/m.test(withoutComments(read(path))),
    );
    assert.deepEqual(faults, []);
  });
});

describe('the docs', () => {
  it('explain every error code and no other', () => {
    const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]);
    assertSameNames(documented, Object.keys(errorCatalogue));
  });

  it('explain every operational metric and no other', () => {
    const documented = [...read('docs/operations.md').matchAll(/^\| `(assay_[a-z_]+)` +\|/gm)].map(
      (match) => match[1],
    );
    assertSameNames(documented, Object.keys(telemetryCatalogue));
  });

  it('give a reason for every dependency', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    );
    const documented = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\|/gm)].map(
      (match) => match[1],
    );
    assertSameNames(documented, names);
  });

  it('number each decision once, and its title alike', () => {
    const pages = files('docs/decisions', '.md');
    const numbers = pages.map((page) => Number(/(\d{4})-[^/]*$/.exec(page)?.[1]));
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      [...pages.keys()].map((place) => place + 1),
    );
    const titles = pages.map((page) => Number(/^# (\d+)\. /.exec(read(page))?.[1]));
    assert.deepEqual(titles, numbers);
  });

  it('link only to files that exist', () => {
    const pages = ['README.md', 'CHANGELOG.md', ...files('docs', '.md')];
    const faults = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map((match) => join(dirname(page), match[1] ?? ''))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page} links to ${target}`),
    );
    assert.deepEqual(faults, []);
  });
});

function assertSameNames(documented: readonly (string | undefined)[], actual: readonly string[]): void {
  const sorted = (names: readonly (string | undefined)[]) =>
    names.map(String).toSorted((a, b) => a.localeCompare(b));
  assert.deepEqual(sorted(documented), sorted(actual));
}
