import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ClientSettings, createClients } from './clients.ts';
import { CliError, findDeployment } from './deployment.ts';
import { type AreaFinding, examine } from './doctor.ts';
import { queueNamed, queueNames, redrive, waitingIn } from './queues.ts';
import { stories, tell as tellStory } from './stories.ts';

const usage = `npm run airlock -- <command> [--stack NAME] [--region REGION] [--local [--port 4566]] [--json]

  doctor              look at a whole deployment; exit code 1 when something failed
  smoke               a file on time and one that never comes, for real; needs -c smoke=true at deployment
  dlq list            how many messages each queue of failures holds
  dlq redrive QUEUE   do again what failed: ${queueNames.join(', ')}

  --stack    name of the deployed stack (default Airlock-dev)
  --region   where it is (default: the region of your AWS configuration)
  --local    the embedded AWS on this machine (npm start) instead of an account
  --port     its port (default 4566)
  --json     print the result as JSON`;

interface Invocation {
  readonly command: readonly string[];
  readonly stack: string;
  readonly settings: ClientSettings;
  readonly asJson: boolean;
}

/** @throws CliError for flags that are not there */
const read = (args: string[]): Invocation | 'help' => {
  const { values, positionals } = parse(args);
  if (values.help || positionals.length === 0) return 'help';
  if (!/^\d{1,5}$/.test(values.port)) throw new CliError(`--port: got ${values.port}, allowed 1 to 65535`);
  const local = {
    endpoint: `http://127.0.0.1:${values.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const remote = values.region === undefined ? {} : { region: values.region };
  return { command: positionals, stack: values.stack, settings: values.local ? local : remote, asJson: values.json };
};

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        stack: { type: 'string', default: 'Airlock-dev' },
        region: { type: 'string' },
        local: { type: 'boolean', default: false },
        port: { type: 'string', default: '4566' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const doctor = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const deployment = await findDeployment(clients.cloudformation, stack);
  if (!asJson) print(`Airlock doctor: ${stack}\n`);
  const { now } = timeOf(settings);
  const findings = await examine({ clients, deployment, newId: randomUUID, now }, (found) => {
    if (!asJson) tell(found);
  });
  const count = (status: string) => findings.filter(({ finding }) => finding.status === status).length;
  if (asJson) print(JSON.stringify(findings.map(({ area, finding }) => ({ area, ...finding }))));
  else print(`\nok: ${count('ok')}, warnings: ${count('warning')}, failed: ${count('failed')}`);
  return count('failed') === 0;
};

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

const tell = ({ area, finding }: AreaFinding): void => {
  print(`  ${marks[finding.status]}  ${area.padEnd(9)}  ${finding.what}`);
  if (finding.status !== 'ok') print(`${' '.repeat(22)}fix: ${finding.fix}`);
};

const smoke = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const deployment = await findDeployment(clients.cloudformation, stack);
  const time = timeOf(settings);
  const results: { story: string; problems: string[] }[] = [];
  for (const story of stories) {
    if (!asJson) print(`${story.title} (${story.feed.partner}/${story.feed.feed})`);
    const say = (line: string) => (asJson ? undefined : print(`    ${line}`));
    const problems = await tellStory({ ...clients, ...time, deployment, newId: randomUUID, say }, story);
    results.push({ story: story.title, problems });
    for (const problem of problems) say(`FAILED: ${problem}`);
  }
  const isGood = results.every(({ problems }) => problems.length === 0);
  print(asJson ? JSON.stringify(results) : isGood ? '\nboth stories ended as they should' : '\nnot as it should be');
  return isGood;
};

const timeOf = ({ endpoint }: ClientSettings) => (endpoint === undefined ? wallTime : productTime(endpoint));

const wallTime = { now: async () => Date.now(), pass: (ms: number) => sleep(ms) };

/** The embedded AWS has a clock of its own, which moves when it is told. */
const productTime = (endpoint: string) => {
  const clock = async (method: string, body?: object): Promise<number> => {
    const response = await fetch(`${endpoint}/_local/clock`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { now }: { now: string } = JSON.parse(await response.text());
    return Date.parse(now);
  };
  return {
    now: () => clock('GET'),
    pass: async (advanceMs: number) => {
      await clock('POST', { advanceMs });
    },
  };
};

const dlqList = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const { stage } = await findDeployment(clients.cloudformation, stack);
  const waiting = await Promise.all(
    queueNames.map(async (name) => ({ name, messages: await waitingIn(clients.sqs, stage, name) })),
  );
  if (asJson) print(JSON.stringify(waiting));
  else for (const { name, messages } of waiting) print(`${name.padEnd(20)}${messages}`);
  return true;
};

const dlqRedrive = async ({ stack, settings, asJson, command }: Invocation): Promise<boolean> => {
  const name = queueNamed(command[2] ?? '');
  const clients = createClients(settings);
  const { stage } = await findDeployment(clients.cloudformation, stack);
  const result = await redrive(clients, stage, name, (line) => {
    if (!asJson) print(line);
  });
  if (asJson) print(JSON.stringify(result));
  else
    print(
      `${name}: ${result.done} handed over, ${result.failed.length} failed; messages in it now: ${await waitingIn(clients.sqs, stage, name)}`,
    );
  for (const reason of result.failed) process.stderr.write(`left: ${reason}\n`);
  return result.failed.length === 0;
};

const commands: { readonly [name: string]: (invocation: Invocation) => Promise<boolean> } = {
  doctor,
  smoke,
  'dlq list': dlqList,
  'dlq redrive': dlqRedrive,
};

const main = async (): Promise<boolean> => {
  const invocation = read(process.argv.slice(2));
  if (invocation === 'help') {
    print(usage);
    return true;
  }
  const words = invocation.command.join(' ');
  // Only `dlq redrive` takes a word of its own.
  const run = commands[words.replace(/^(dlq redrive)( .*)?$/, '$1')];
  if (!run) throw new CliError(`no command "${invocation.command.join(' ')}"\n\n${usage}`);
  return run(invocation);
};

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  // What AWS says (no credentials, no permission) is for the person at the keyboard too.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
