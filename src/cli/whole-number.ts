import { FailureError, failure } from '../base/errors.ts';

/** The whole number that an option of the command line gives; throws `REQUEST_INVALID` when it is none within the bounds. */
export function wholeNumberBetween(
  text: string,
  of: { readonly option: string; readonly min: number; readonly max: number },
): number {
  const { option, min, max } = of;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new FailureError(
    failure(
      'REQUEST_INVALID',
      `${option} is ${JSON.stringify(text)}; it must be a whole number from ${min} to ${max}`,
    ),
  );
}
