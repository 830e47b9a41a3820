import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Who may import whom: our own folders, and kinds of packages. What is not listed is refused. */
const zones: Record<string, { ours: string[]; packages: RegExp }> = {
  core: {
    ours: ['core'],
    packages:
      /^(#check-head|zod\/mini|temporal-polyfill|email-addresses|@cfworker\/json-schema|hyparquet|@zip\.js\/zip\.js(\/lib\/zip-core-(native|reader)\.js)?)$/,
  },
  'handlers (wiring)': {
    ours: ['handlers', 'adapters', 'core'],
    packages: /^(@aws-sdk\/|@middy\/|@aws-lambda-powertools\/|node:path$)/,
  },
  handlers: { ours: ['core', 'handlers'], packages: /^zod\/mini$/ },
  adapters: {
    ours: ['adapters', 'core'],
    packages: /^(@aws-sdk\/|@aws-lambda-powertools\/|aws4$|yaml$|node-ical$|date-holidays$|node:)/,
  },
  infra: { ours: ['infra', 'core', 'adapters'], packages: /^(aws-cdk-lib|cdk-nag|constructs|esbuild|node:)/ },
  local: {
    ours: ['local'],
    packages: /^(node:|jsonata$|croner$|@fastify\/busboy$|zod\/mini$|@aws-sdk\/checksums\/crc$)/,
  },
  'console (start)': { ours: ['console', 'core', 'local'], packages: /^(node:|@aws-sdk\/)/ },
  cli: { ours: ['cli', 'core', 'adapters'], packages: /^(node:|@aws-sdk\/|zod\/mini$)/ },
  console: { ours: ['console', 'core', 'adapters'], packages: /^(node:|@aws-sdk\/|zod\/mini$)/ },
  web: { ours: ['web', 'core'], packages: /^(@noble\/hashes\/sha2\.js$|zod\/mini$)/ },
};

const zoneOf = (file: string): string => {
  if (file === 'console/main.ts') return 'console (start)';
  if (/^handlers\/(.*\.lambda|wiring)\.ts$/.test(file)) return 'handlers (wiring)';
  return file.split('/')[0] ?? '';
};

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b[^'"]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gms,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');

describe.each(['core', 'handlers', 'adapters', 'infra', 'local', 'console', 'cli', 'web'])('%s', (folder) => {
  it('imports only what its zone allows', () => {
    const refused = sourceFiles(folder).flatMap((file) => {
      const zone = zones[zoneOf(file)];
      return importsOf(file)
        .filter((target) => {
          if (!target.startsWith('.')) return !zone?.packages.test(target);
          const ours = relative(root, join(root, dirname(file), target)).split('/')[0] ?? '';
          return !zone?.ours.includes(ours);
        })
        .map((target) => `${file} → ${target}`);
    });
    expect(refused).toEqual([]);
  });
});

describe('client', () => {
  it('is one file that needs nothing but Node', () => {
    const files = readdirSync(join(root, 'client')).filter((name) => !name.endsWith('.md'));
    expect(files).toEqual(['airlock-upload.mjs']);
    expect(importsOf('client/airlock-upload.mjs').filter((target) => !target.startsWith('node:'))).toEqual([]);
  });
});

describe('the environment and the clock', () => {
  it.each(['core', 'handlers', 'adapters'])('are read in %s only by wiring and by the system adapter', (folder) => {
    const allowed = /^(handlers\/(wiring|.*\.lambda)|adapters\/system)\.ts$/;
    const readers = sourceFiles(folder)
      .filter((file) => !allowed.test(file))
      .filter((file) =>
        /process\.env|Date\.now\(|new Date\(\)|Math\.random/.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(readers).toEqual([]);
  });
});

describe('wiring', () => {
  it('stays wiring: no lambda file is longer than 50 lines', () => {
    const long = sourceFiles('handlers').filter(
      (file) => file.endsWith('.lambda.ts') && readFileSync(join(root, file), 'utf8').split('\n').length > 50,
    );
    expect(long).toEqual([]);
  });
});
