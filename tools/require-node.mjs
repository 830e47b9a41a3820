// Plain JavaScript, so that an old Node can still read it and say what is wrong.
const wanted = 24;
const [major] = process.versions.node.split('.').map(Number);
if (major < wanted) {
  console.error(
    `Airlock needs Node ${wanted}, got ${process.versions.node}. \`npm ci\` brings it on Linux and Windows; elsewhere install Node ${wanted} or later.`,
  );
  process.exit(1);
}
