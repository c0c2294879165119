/** The last part of the name of a file, wherever it lies: of a path, of the key of an object, of an address without its query. */
export function fileNameOf(name: string): string {
  const path = /^https?:\/\//i.test(name) ? name.replace(/[?#].*$/s, '') : name;
  return path.slice(path.lastIndexOf('/') + 1);
}
