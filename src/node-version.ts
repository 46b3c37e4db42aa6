// Imported before anything else: the embedded database's driver crashes old versions without a word.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `cloud-account-gateway needs Node.js 22.13 or newer, and this is ${process.versions.node}.\n` +
      'Run it with `npm start` or `npx cloud-account-gateway`, which bring a fitting version along, or install one from https://nodejs.org.',
  );
  process.exit(1);
}

export {};
