/**
 * Oldest supported release of each line: the one with the SQLite functions that the gateway uses (22.16), and the one
 * that its dependencies support (24.11).
 */
const oldest: Readonly<Record<number, number>> = { 22: 16, 24: 11 };

/** Same as in `engines` of package.json. */
export const supportedVersions = `^22.${oldest[22]}.0 || >=24.${oldest[24]}.0`;

export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || minor >= (oldest[major] ?? Infinity);
}

// Imported before everything else: an older version lacks modules that are loaded next.
if (!isSupported(process.versions.node)) {
  console.error(
    `cloud-account-gateway requires Node.js 22.${oldest[22]} or a later 22, or 24.${oldest[24]} or later, but this is ${process.versions.node}: ` +
      'use `npm start` or `npx cloud-account-gateway`, which include a supported version, or install one from https://nodejs.org.',
  );
  process.exit(1);
}
