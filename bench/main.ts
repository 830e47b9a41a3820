/** `npm run bench [-- validation|upload|report|cold-start|load]`: each comparison is a module of its own, named by what it compares. */
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  validation: async () => (await import('./validation/main.ts')).bench(),
  upload: () => import('./upload.ts'),
  report: () => import('./report.ts'),
  load: () => import('./load.ts'),
  'cold-start': () => import('./cold-start.ts'),
};
const [wanted] = process.argv.slice(2);
const chosen = Object.entries(benches).filter(([name]) => wanted === undefined || name === wanted);
if (chosen.length === 0) {
  process.stderr.write(`bench: got ${wanted}, allowed ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 1;
}
for (const [, bench] of chosen) await bench();
