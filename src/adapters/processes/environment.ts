/** What a server that is not Assay's inherits: what programs need to run, and no secrets. */
export function plainEnvironment(): Record<string, string | undefined> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'JAVA_HOME'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
