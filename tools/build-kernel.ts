import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * `npm run kernel`, and part of `npm ci`: compiles core/validation/kernel/assembly (AssemblyScript) to WebAssembly, and
 * writes it as a module, so that a function, the page and the CLI import it like any other.
 */
const root = join(import.meta.dirname, '..');
const folder = 'core/validation/kernel/assembly';
const builtKernel = join(root, 'core/validation/kernel/built.ts');

/** SHA-256 of the sources and of the compiler's version. */
export const kernelHash = (): string => {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(root, folder)).sort()) hash.update(readFileSync(join(root, folder, name)));
  hash.update(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.assemblyscript);
  return hash.digest('hex');
};

const flags = [
  '-O3',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--enable',
  'bulk-memory',
  '--noAssert',
  '--importMemory',
];

const build = async (): Promise<void> => {
  const { default: asc } = await import('assemblyscript/asc');
  let wasm: string | Uint8Array = new Uint8Array();
  const { error, stderr } = await asc.main([`${folder}/index.ts`, ...flags, '--outFile', 'kernel.wasm'], {
    readFile: (name: string, base: string) => {
      try {
        return readFileSync(join(root, base, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_: string, content: string | Uint8Array) => {
      wasm = content;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`the kernel does not compile: ${stderr}`);
  const text = Buffer.from(wasm).toString('base64');
  writeFileSync(
    builtKernel,
    `// Made by \`npm run kernel\` from ${folder}; not to be edited, not to be committed.\nexport const sources = '${kernelHash()}';\nexport const wasm =\n  '${text}';\n`,
  );
};

if (process.argv[1] === import.meta.filename) await build();
