// Imported first, for what it does: an old Node would end somewhere later, with words that help nobody.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;

if (!isSupported) {
  console.error(`Countersign needs Node.js 20.19 or newer in line 20, or 22.12 or newer. This is ${process.version}.`);
  console.error('Get a current one from https://nodejs.org or with your version manager, then try again.');
  process.exit(1);
}
