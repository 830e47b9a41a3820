/** `npm run bench [-- validation|upload]`: each comparison is a file of its own, named by what it compares. */
const [wanted] = process.argv.slice(2);
const known = ['validation', 'upload'];
if (wanted !== undefined && !known.includes(wanted)) {
  process.stderr.write(`bench: got ${wanted}, allowed ${known.join(', ')}\n`);
  process.exitCode = 1;
} else {
  for (const name of known.filter((one) => wanted === undefined || one === wanted)) await import(`./${name}.ts`);
}
