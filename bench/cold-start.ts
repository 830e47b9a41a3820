import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { loadFeeds } from '../adapters/feed-files.ts';
import { environmentKeys } from '../core/environment.ts';
import { bundleHandlers, handlerNames, intoOneFile } from '../infra/bundle.ts';
import { median } from './table.ts';

/**
 * What a cold start of each function loads, and how long that takes in a process of its own: beside a handler that does
 * nothing with the same SDK clients, and beside itself with those clients imported whole.
 */
const rounds = 7;
const folder = mkdtempSync(join(tmpdir(), 'airlock-bench-'));
const root = join(import.meta.dirname, '..');

/** Loads a module and says in how many milliseconds. */
const loader =
  'const t=process.hrtime.bigint();require(process.argv[1]);console.log(Number(process.hrtime.bigint()-t)/1e6);process.exit()';

const environment = (taskRoot: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.values(environmentKeys).map((name) => [name, 'arn:aws:none:eu-west-1:000000000000:none']),
  ),
  PAGE_URL: 'https://upload.example.com',
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'none',
  POWERTOOLS_METRICS_NAMESPACE: 'none',
  POWERTOOLS_SERVICE_NAME: 'none',
  LAMBDA_TASK_ROOT: taskRoot,
});

const initMs = (file: string, taskRoot: string): number =>
  Number(execFileSync(process.execPath, ['-e', loader, file], { encoding: 'utf8', env: environment(taskRoot) }));

/** The SDK's packages that a function's wiring names, and the clients that it makes of them. */
const clientsOf = (name: string): { readonly client: string; readonly from: string }[] => {
  const wiring = readFileSync(join(root, 'handlers', `${name}.lambda.ts`), 'utf8');
  const named = [...wiring.matchAll(/import \{ (\w+Client) \} from '(@aws-sdk\/[\w-]+)'/g)].map(
    ([, client = '', from = '']) => ({ client, from }),
  );
  // The page's own function names none, and asks S3's client where its URLs lead.
  return named.length > 0 ? named : [{ client: 'S3Client', from: '@aws-sdk/client-s3' }];
};

const build = (name: string, code: string): string => {
  const [entry, outfile] = [join(root, `.build/${name}.bench.ts`), join(folder, `${name}.cjs`)];
  writeFileSync(entry, code);
  buildSync({ ...intoOneFile, entryPoints: [entry], outfile });
  rmSync(entry);
  return outfile;
};

const bare = (name: string): string => {
  const clients = clientsOf(name);
  const imports = clients.map(({ client, from }) => `import { ${client} } from '${from}';`);
  const made = clients.map(({ client }) => `new ${client}({})`).join(', ');
  return build(
    `${name}-bare`,
    `${imports.join('\n')}\nexport const clients = [${made}];\nexport const handler = async () => ({});`,
  );
};

const whole = (name: string): string => {
  const imports = clientsOf(name).map(({ from }, index) => `import * as all${index} from '${from}';`);
  const kept = clientsOf(name)
    .map((_, index) => `all${index}`)
    .join(', ');
  return build(
    `${name}-whole`,
    `${imports.join('\n')}\nexport const everything = [${kept}];\nexport { handler } from '../handlers/${name}.lambda.ts';`,
  );
};

const codeOf = bundleHandlers(loadFeeds('feeds'), 'feeds', join(folder, 'own'));
process.stdout.write(
  `cold start: kB of the bundle, median ms to load it (min to max), ratio to a bare handler, ratio of whole clients to it\n`,
);
for (const name of handlerNames()) {
  const own = join(codeOf(name), 'index.cjs');
  const files = [own, bare(name), whole(name)];
  const times: number[][] = [[], [], []];
  // In turn, so that whatever else the machine does weighs on each.
  for (let round = 0; round < rounds; round += 1)
    for (const [index, file] of files.entries()) times[index]?.push(initMs(file, codeOf(name)));
  const [ownMs = [], bareMs = [], wholeMs = []] = times;
  const spread = `${Math.min(...ownMs).toFixed(0)} to ${Math.max(...ownMs).toFixed(0)}`;
  process.stdout.write(
    `${name.padEnd(22)}${(statSync(own).size / 1000).toFixed(0).padStart(5)} kB ${median(ownMs).toFixed(0).padStart(5)} ms  (${spread})`.padEnd(
      54,
    ) +
      `${(median(ownMs) / median(bareMs)).toFixed(2).padStart(6)}${(median(wholeMs) / median(ownMs)).toFixed(2).padStart(8)}\n`,
  );
}
rmSync(folder, { recursive: true, force: true });
