import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { type ErrorCode, type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DefinitionPath } from '../../core/datasets/decode/place.ts';

/** A YAML document as plain data, and where each of its values stands. */
export type YamlDocument = {
  readonly value: unknown;
  /** Line and column, from 1, of the key or item at `path`, or of the nearest value around it. */
  readonly positionOf: (path: DefinitionPath) => YamlPosition;
};

export type YamlPosition = { readonly line: number; readonly column: number };

/** How often aliases may be expanded, all together: a few lines of nested aliases would otherwise fill the memory. */
const aliasesMax = 100;
const errorsMax = 5;
const excerptCharactersMax = 120;

/**
 * Parses one YAML document (YAML 1.2: dates stay text, `no` is text) of at most 1 MiB. `YAML_INVALID` has line, column
 * and an excerpt: wrong syntax, repeated keys, unknown tags, several documents, expanding aliases, endless nesting.
 */
export function parseYaml(text: string, file: string): Outcome<YamlDocument> {
  if (Buffer.byteLength(text) > limits.yamlBytesMax) {
    return fail(
      failure('YAML_INVALID', `${file} is larger than ${limits.yamlBytesMax / 1_048_576} MiB`, {
        where: file,
      }),
    );
  }
  const lines = new LineCounter();
  const context = { text, file, lines };
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // The library compares each key with each other one; `repeatedKeys` does not.
      uniqueKeys: false,
    });
    const [document, second] = [...documents];
    if (document === undefined) return succeed({ value: null, positionOf: () => ({ line: 1, column: 1 }) });
    const problems = [...document.errors, ...document.warnings].map(problemOf);
    if (second !== undefined)
      problems.push({ at: second.range[0], message: 'a second document starts here; one file holds one' });
    if (problems.length === 0) problems.push(...repeatedKeys(document));
    if (problems.length > 0) return fail(syntaxFailure(problems, context));
    const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
    return succeed({ value, positionOf: (path) => positionOf(path, document, lines) });
  } catch (error) {
    return fail(failure('YAML_INVALID', `${file} can not be read: ${unreadable(error)}`, { where: file }));
  }
}

/** A failure that names everything wrong with a document, one line each, at most twenty. */
export function issuesFailure(
  code: Extract<ErrorCode, 'DATASET_INVALID' | 'CHECKS_INVALID'>,
  file: string,
  lines: readonly { readonly position: YamlPosition; readonly text: string }[],
): Failure {
  const sorted = lines.toSorted(
    (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
  );
  const shown = sorted
    .slice(0, limits.messageLinesMax)
    .map(({ position, text }) => `${place(file, position)} ${text}`);
  const rest = sorted.length - shown.length;
  const message = [...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
  const first = sorted[0];
  return failure(code, message, first === undefined ? {} : { where: place(file, first.position) });
}

type Problem = { readonly at: number; readonly message: string };
type Context = { readonly text: string; readonly file: string; readonly lines: LineCounter };

function problemOf(error: YAMLError): Problem {
  return { at: error.pos[0], message: error.message };
}

function repeatedKeys(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name))
          problems.push({ at: key.range?.[0] ?? 0, message: `the key “${name}” stands here twice` });
        seen.add(name);
      }
    },
  });
  return problems;
}

function syntaxFailure(problems: readonly Problem[], context: Context): Failure {
  const shown = problems.slice(0, errorsMax).map((problem) => {
    const position = at(problem.at, context.lines);
    return `${place(context.file, position)} ${problem.message}\n${excerpt(position, context.text)}`;
  });
  const first = problems[0];
  return failure('YAML_INVALID', shown.join('\n'), {
    where: first === undefined ? context.file : place(context.file, at(first.at, context.lines)),
    hint: context.text.includes('${') ? 'references such as "${env:NAME}" stand in quotes' : undefined,
  });
}

/** The line with a caret below the column. */
function excerpt(position: YamlPosition, text: string): string {
  const line = text.split('\n', position.line).at(-1) ?? '';
  const from = Math.max(0, position.column - 1 - excerptCharactersMax / 2);
  const shown = line.slice(from, from + excerptCharactersMax).replaceAll(/\p{Cc}/gu, ' ');
  const margin = `${position.line}`;
  const caret = ' '.repeat(position.column - 1 - from);
  return `  ${margin} | ${shown}\n  ${' '.repeat(margin.length)} | ${caret}^`;
}

/** Walks down as far as the document goes; where a key is missing, the map around it is meant. */
function positionOf(path: DefinitionPath, document: Document, lines: LineCounter): YamlPosition {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (!isPair(pair)) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else break;
  }
  return at(offset ?? 0, lines);
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function at(offset: number, lines: LineCounter): YamlPosition {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function place(file: string, position: YamlPosition): string {
  return `${file}:${position.line}:${position.column}`;
}

function unreadable(error: unknown): string {
  // The composer is recursive: a line of a hundred thousand brackets exhausts the stack, not the memory.
  if (error instanceof RangeError) return 'it is nested too deeply';
  return error instanceof Error ? error.message : String(error);
}
