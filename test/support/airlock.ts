import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  DescribeStateMachineCommand,
  type DescribeStateMachineOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { AirlockProcess, curlLineOf } from '../../console/airlock-process.ts';
import type { Email, RuntimeStatus } from '../../console/endpoint.ts';

export { curlLineOf } from '../../console/airlock-process.ts';

export const testAssembly = join(import.meta.dirname, '../../.build/test/cdk.out');
export const goodCsv = 'id,day,amount\n1,2026-11-20,10.50\n2,2026-11-21,7\n';
export const badCsv = 'id,day,amount\n1,20.11.2026,10.50\nx,2026-11-21,-7\n';

/** A structured line of a log. */
interface LogLine {
  readonly requestId?: string;
  readonly event?: string;
  readonly _aws?: { readonly Timestamp?: number };
}

interface Settings {
  readonly dataDir?: string;
  readonly assembly?: string;
  readonly port?: string;
  readonly apiPort?: string;
  /** Beside the environment of the tests. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running Airlock with AWS clients for the person at the keyboard. Each has a data folder of its own. */
export class Airlock {
  readonly dataDir: string;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly status: RuntimeStatus;
  readonly #process: AirlockProcess;
  readonly #assembly: string;

  private constructor(process: AirlockProcess, status: RuntimeStatus, dataDir: string, assembly: string) {
    this.#process = process;
    this.#assembly = assembly;
    this.dataDir = dataDir;
    this.status = status;
    const settings = { ...this.client };
    this.sfn = new SFNClient(settings);
    this.s3 = new S3Client(settings);
  }

  static async start({
    dataDir = temporaryFolder(),
    assembly = testAssembly,
    port = '0',
    apiPort = '0',
    environment = {},
  }: Settings = {}): Promise<Airlock> {
    const folders = ['--data', dataDir, '--assembly', assembly, '--feeds', 'test/feeds'];
    const process = await AirlockProcess.start([...folders, '--port', port, '--api-port', apiPort], environment);
    return new Airlock(process, await process.status(), dataDir, assembly);
  }

  /** Settings of an AWS client for this endpoint. */
  get client() {
    return {
      endpoint: this.status.endpoint,
      region: this.status.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
  }

  /** Of the one process that is endpoint and console. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  get output(): string {
    return this.#process.output;
  }

  get consoleUrl(): string {
    return this.#process.url;
  }

  bucket(name: 'Landing' | 'Accepted' | 'Quarantine' | 'Ledger' | 'Archive'): string {
    return this.status.outputs[`${name}BucketName`] ?? '';
  }

  emails(): Promise<Email[]> {
    return this.#process.emails();
  }

  /** Everything that was published to the topics, alarms included. */
  published() {
    return this.#process.published();
  }

  /** What the functions and rules told, without the alarms. */
  async notices() {
    return (await this.published()).filter(({ subject }) => !/^(ALARM|OK|INSUFFICIENT_DATA): /.test(subject ?? ''));
  }

  /** Alarms as they called and were over: `ALARM requests-missed`. */
  async alarms(): Promise<string[]> {
    return (await this.published()).flatMap(({ subject }) => {
      const [, state, name] = /^(ALARM|OK): "airlock-dev-(.*)" in /.exec(subject ?? '') ?? [];
      return state === undefined ? [] : [`${state} ${name}`];
    });
  }

  async subjects(): Promise<string[]> {
    return (await this.emails()).map(({ to, subject }) => `${to}: ${subject}`);
  }

  async now(): Promise<number> {
    return Date.parse((await this.#process.status()).now);
  }

  /** When the next thing is due, to the millisecond. */
  async nextDue(): Promise<string> {
    const { nextDueAt } = JSON.parse(await (await fetch(`${this.consoleUrl}/api/clock`)).text());
    return nextDueAt;
  }

  advance(duration: string) {
    return this.#process.advance(duration);
  }

  /** Waits until everything that is due has run to its next wait. */
  settle() {
    return this.#process.advance('PT0S');
  }

  /** Opens a request and waits until it waits. `inDays` gives it a period of its own. */
  async open(feed: string, { inDays = 0 } = {}): Promise<string> {
    const at = inDays === 0 ? undefined : new Date((await this.now()) + inDays * 86_400_000).toISOString();
    const { executionArn } = await this.#process.run(feed, at);
    await this.settle();
    return executionArn;
  }

  run(feed: string, scheduledTime?: string) {
    return this.#process.run(feed, scheduledTime);
  }

  /** URL and headers of the newest mail to somebody (or of all). */
  async link(to?: string) {
    const mails = await this.emails();
    return curlLineOf(
      mails.findLast((mail) => mail.text.includes('curl ') && (to === undefined || mail.to.includes(to))),
    );
  }

  /** PUTs as the newest mail says. */
  async upload(
    body: string | Uint8Array<ArrayBuffer>,
    link?: { url: string; headers: Record<string, string> },
  ): Promise<Response> {
    const { url, headers } = link ?? (await this.link());
    return fetch(url, { method: 'PUT', headers, body });
  }

  /** Airlock's own state machine. */
  machine(): Promise<DescribeStateMachineOutput> {
    const stateMachineArn = this.status.outputs.StateMachineArn;
    return this.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  }

  /** The role that the workflow acts with: a machine of a test's own may act with it too. */
  async machineRole(): Promise<string> {
    return (await this.machine()).roleArn ?? '';
  }

  describe(executionArn: string): Promise<DescribeExecutionOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  /** `SUCCEEDED`, `FAILED UploadNotReceived`, … */
  async ending(executionArn: string): Promise<string> {
    const { status, error } = await this.describe(executionArn);
    return [status, error].filter(Boolean).join(' ');
  }

  async outcome(executionArn: string): Promise<string> {
    return JSON.parse((await this.describe(executionArn)).output ?? '{}').outcome;
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    return (await this.sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? [];
  }

  /** The request that an execution opened; undefined as long as it has not. */
  async requestId(executionArn: string): Promise<string | undefined> {
    return requestIdIn(await this.history(executionArn));
  }

  /** Names of the states that were entered, in order. */
  async path(executionArn: string): Promise<string[]> {
    return (await this.history(executionArn)).flatMap(({ stateEnteredEventDetails: details }) =>
      details?.name ? [details.name] : [],
    );
  }

  async executions(): Promise<DescribeExecutionOutput[]> {
    const { executions = [] } = await this.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: this.status.outputs.StateMachineArn }),
    );
    return Promise.all(executions.map(({ executionArn }) => this.describe(executionArn ?? '')));
  }

  async keys(bucket: Parameters<Airlock['bucket']>[0], Prefix = ''): Promise<string[]> {
    const pages = paginateListObjectsV2({ client: this.s3 }, { Bucket: this.bucket(bucket), Prefix });
    const keys: string[] = [];
    for await (const { Contents = [] } of pages) keys.push(...Contents.map(({ Key }) => Key ?? ''));
    return keys;
  }

  async text(bucket: Parameters<Airlock['bucket']>[0], key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket(bucket), Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  /** Puts a file into the landing bucket by hand. */
  async putFile(Key: string, Body: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket('Landing'), Key, Body, IfNoneMatch: '*' }));
  }

  /** Hands an event to a function, as EventBridge does: it answers at once. */
  async invoke(name: string, event: unknown): Promise<void> {
    await new LambdaClient(this.client).send(
      new InvokeCommand({
        FunctionName: `airlock-dev-${name}`,
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify(event)),
      }),
    );
    await this.settle();
  }

  /** What a function wrote to its log, line by line. */
  logLines(name: string): LogLine[] {
    const text = readFileSync(join(this.dataDir, 'logs', `airlock-dev-${name}.log`), 'utf8');
    return text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  /** Fails the task that waits, as an operator's command does. */
  async failTask(executionArn: string, error: string, cause: string): Promise<void> {
    const scheduled = (await this.history(executionArn)).findLast(({ type }) => type === 'TaskScheduled');
    const { token } = JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '{}').Payload;
    await this.sfn.send(new SendTaskFailureCommand({ taskToken: token, error, cause }));
  }

  /** The same, and waits until all has run to its next wait. */
  async signal(executionArn: string, error: string, cause: string): Promise<void> {
    await this.failTask(executionArn, error, cause);
    await this.settle();
  }

  /** How often each was allowed what since the last time: by `<role> <action>`. */
  async takeCalls(): Promise<Record<string, number>> {
    const response = await fetch(`${this.status.endpoint}/_local/calls`, { method: 'POST' });
    return JSON.parse(await response.text());
  }

  /** Segments that X-Ray has. */
  async traces(): Promise<{ name: string; origin: string; fault: boolean }[]> {
    return JSON.parse(await (await fetch(`${this.status.endpoint}/_local/traces`)).text());
  }

  /** Runs something while a role lacks one statement of its only policy. */
  async withoutPermission(role: string, sid: string, work: () => Promise<unknown>): Promise<void> {
    const { statements, write } = await this.policyOf(role);
    if (!statements.some(({ Sid }) => Sid === sid)) throw new Error(`${role} has no statement ${sid}`);
    await write(statements.filter(({ Sid }) => Sid !== sid));
    await work().finally(() => write(statements));
  }

  /** The statements of a role's only policy, and a way to write others. @param role how its name begins */
  async policyOf(role: string) {
    const iam = new IAMClient(this.client);
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const RoleName = Roles.find(({ RoleName: name }) => name?.startsWith(role))?.RoleName;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const PolicyName = PolicyNames[0] ?? '';
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const document: { Statement: { readonly Sid: string }[] } = JSON.parse(decodeURIComponent(PolicyDocument));
    const write = (Statement: { readonly Sid: string }[]) =>
      iam.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify({ ...document, Statement }) }),
      );
    return { statements: document.Statement, write };
  }

  /** Asks for a fault: see local/faults/fault.ts. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#process.fault(fault);
  }

  noFaults(): Promise<unknown> {
    return this.#process.noFaults();
  }

  /** Each fault that was asked for, and how often it has struck. */
  faults() {
    return this.#process.faults();
  }

  /** What from now on becomes of all events of a source: lost, doubled, late, out of order. */
  async fateOfEvents(fate: { source: string; copies?: number; delaySeconds?: readonly number[] }): Promise<void> {
    await this.noFaults();
    await this.fault({ point: 'event', times: 0, ...fate });
  }

  /** Asks the runtime's own routes: the SES sandbox, mailboxes, ties. */
  async local(method: string, route: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.status.endpoint}/_local/${route}`, { method, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Whether the process is no more. */
  async hasDied(): Promise<boolean> {
    return this.#process.hasDied();
  }

  /** Ends the process; its data stays. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#process.stop(signal);
  }

  /** The same data on the same port, served again by a new process. */
  async restart({ signal = 'SIGTERM' as 'SIGTERM' | 'SIGKILL', assembly = this.#assembly } = {}): Promise<Airlock> {
    await this.#process.stop(signal);
    const portOf = (url = '') => new URL(url).port;
    const ports = { port: portOf(this.status.endpoint), apiPort: portOf(this.status.outputs.PageUrl) };
    return Airlock.start({ dataDir: this.dataDir, assembly, ...ports });
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    this.sfn.destroy();
    this.s3.destroy();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** The request that *Open request* claimed, as the history of an execution tells it. */
export const requestIdIn = (events: readonly HistoryEvent[]): string | undefined => {
  const opened = events.find(({ type }) => type === 'TaskStateExited')?.stateExitedEventDetails?.output;
  return opened && JSON.parse(opened).request?.requestId;
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'airlock-test-'));
