/** Keys and list indexes from the top of a document to a value. */
export type DefinitionPath = readonly (string | number)[];

/** One thing that is wrong in a definition, and what is right. */
export type DefinitionIssue = {
  readonly path: DefinitionPath;
  /** A sentence without a capital and without a full stop: `unknown key; did you mean “column”?`. */
  readonly message: string;
};

/** More would not be read by anyone, and a hostile document could hold millions. */
const issuesMax = 200;

/** Where a decoder stands in the document, and the list that it reports to. */
export class Place {
  readonly path: DefinitionPath;
  readonly #issues: DefinitionIssue[];

  private constructor(path: DefinitionPath, issues: DefinitionIssue[]) {
    this.path = path;
    this.#issues = issues;
  }

  /** The top of a document. Issues of all places below it are collected in `issues`, up to 200. */
  static top(issues: DefinitionIssue[]): Place {
    return new Place([], issues);
  }

  at(key: string | number): Place {
    return new Place([...this.path, key], this.#issues);
  }

  /** Notes an issue; returns undefined, which is what decoders return for a value that is not valid. */
  report(message: string): undefined {
    if (this.#issues.length < issuesMax) this.#issues.push({ path: this.path, message });
    return undefined;
  }
}

/** A path as people write it: `columns[0].checks[1].avg`. */
export function formatPath(path: DefinitionPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}
