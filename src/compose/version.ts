/** What every process says of itself: the release, and after `+` the build, if ASSAY_BUILD names one. */
export const version = versionOf(process.env['ASSAY_BUILD']);

/** Builds are written as in Semantic Versioning 2.0.0 §10; anything else in a name becomes `-`. */
function versionOf(build: string | undefined): string {
  const release = '0.1.0';
  return build === undefined || build === ''
    ? release
    : `${release}+${build.replace(/[^0-9A-Za-z.-]/g, '-')}`;
}
