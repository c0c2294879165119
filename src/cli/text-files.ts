import { resolve } from 'node:path';
import { FailureError, failure } from '../base/errors.ts';
import type { Session } from './command-set.ts';

type Files = Pick<Session, 'dependencies'>;

/** The text of a file that the command line names: `SOURCE_NOT_FOUND` when it can not be read. */
export async function readTextFile({ dependencies }: Files, file: string): Promise<string> {
  const path = resolve(dependencies.workingDirectory, file);
  try {
    return await dependencies.readFile(path);
  } catch (error) {
    throw new FailureError(
      failure('SOURCE_NOT_FOUND', `${path} can not be read`, { where: path, cause: error }),
    );
  }
}

/** Writes a file that the command line names: `REQUEST_INVALID` when it can not be written. */
export async function writeTextFile({ dependencies }: Files, file: string, text: string): Promise<void> {
  const path = resolve(dependencies.workingDirectory, file);
  try {
    await dependencies.writeFile(path, text);
  } catch (error) {
    throw new FailureError(
      failure('REQUEST_INVALID', `${path} can not be written`, { where: path, cause: error }),
    );
  }
}
