/** Whether text is an e-mail address alone: no name, no second one, nothing that a header or a server could take apart. */
export function isEmailAddress(text: string): boolean {
  return /^[^\s@<>,;:"()[\]\\\p{Cc}]{1,64}@[^\s@<>,;:"()[\]\\\p{Cc}]{1,189}$/u.test(text);
}
