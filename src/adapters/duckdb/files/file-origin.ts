import type { Failure } from '../../../base/errors.ts';
import type { SourceFile } from '../../../core/datasets/source.ts';

/** How people know a file: of one that was fetched, where it came from. */
export function originOf({ path, origin }: SourceFile): string {
  return origin ?? path;
}

/** A failure that names fetched files by where they came from: nobody knows the places that they were read at. */
export function withOrigins(problem: Failure, files: readonly SourceFile[]): Failure {
  const fetched = files.filter(({ origin }) => origin !== undefined);
  if (fetched.length === 0) return problem;
  const named = (text: string): string =>
    fetched.reduce((told, file) => told.replaceAll(file.path, originOf(file)), text);
  return {
    code: problem.code,
    message: named(problem.message),
    ...(problem.hint === undefined ? {} : { hint: named(problem.hint) }),
    ...(problem.where === undefined ? {} : { where: named(problem.where) }),
    ...(problem.causes === undefined ? {} : { causes: problem.causes.map(named) }),
  };
}
