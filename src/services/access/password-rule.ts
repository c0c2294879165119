import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';

/**
 * What is wrong with a password that somebody wants to have; undefined when nothing is. Length is what counts (NIST SP
 * 800-63B): there are no rules about kinds of characters, and none is too old.
 */
export function passwordFault(password: string, email: string): Failure | undefined {
  const characters = Array.from(password).length;
  const { passwordCharactersMin: min, passwordCharactersMax: max } = limits;
  if (characters < min || characters > max) {
    return unfit(`a password has ${min} to ${max} characters`, 'take a sentence: it is easy to remember');
  }
  const [name = ''] = email.split('@');
  const plain = password.toLowerCase();
  if (plain === email || plain === name || new Set(plain).size < 5) {
    return unfit('the password is too easy to guess', 'take a sentence that nobody else would say');
  }
  return undefined;
}

function unfit(message: string, hint: string): Failure {
  return failure('PASSWORD_UNFIT', message, { hint, where: 'body/password' });
}
