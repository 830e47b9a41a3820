import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IAMClient, ListRolesCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetBucketEncryptionCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { deployedFunctions } from '../../infra/constructs/function-table.ts';
import { pascal } from '../../infra/constructs/functions.ts';
import { Airlock, badCsv, goodCsv, testAssembly } from '../support/airlock.ts';
import { askAsOperator, LinkClient } from '../support/api-client.ts';
import { linkOf } from '../support/partner-page.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const { Resources } = JSON.parse(readFileSync(join(testAssembly, 'Airlock-dev.template.json'), 'utf8'));

/** Statements by the logical id of the role that has them. */
const granted = (): Map<string, Statement[]> => {
  const byRole = new Map<string, Statement[]>();
  for (const { Type, Properties } of Object.values<ReturnType<typeof JSON.parse>>(Resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    for (const { Ref } of Properties.Roles) byRole.set(Ref, [Properties.PolicyDocument.Statement].flat());
  }
  return byRole;
};

const actionsOf = (statements: readonly Statement[]): string[] => [
  ...new Set(statements.flatMap(({ Action }) => Action)),
];

/** A file in parts, given up once and then completed; the result downloaded; words of a partner and of an operator. */
const everyWayOfTheApi = async (airlock: Airlock): Promise<void> => {
  await airlock.open('acme/files');
  await fetch(await linkOf(airlock));
  const link = new LinkClient(await linkOf(airlock));
  const { requestId } = (await link.show()).body;
  const rows = Array.from({ length: 300_000 }, (_, row) => `${row},2026-11-20,10.50`).join('\n');
  const content = Buffer.from(`id,day,amount\n${rows}\n`);
  const { uploadId } = (await link.start(content)).body;
  await link.ask('GET', `/uploads/${uploadId}`);
  await link.ask('DELETE', `/uploads/${uploadId}`);
  await link.upload(badCsv);
  await airlock.settle();
  const report = await link.ask<{ url: string }>('GET', '/report/report.en.html');
  await (await fetch(report.body.url)).arrayBuffer();
  await link.upload(content);
  await airlock.settle();
  for (const what of ['report', 'file']) {
    const { body } = await askAsOperator<{ url: string }>(airlock, 'GET', `/requests/${requestId}/${what}`);
    await (await fetch(body.url)).arrayBuffer();
  }
  const scheduledTime = new Date((await airlock.now()) + 5 * 86_400_000).toISOString();
  const { body } = await askAsOperator<{ requestId: string; link: string }>(airlock, 'POST', '/requests', {
    partner: 'acme',
    feed: 'files',
    scheduledTime,
  });
  await airlock.settle();
  // Another link to what is open already.
  await askAsOperator(airlock, 'POST', '/requests', { partner: 'acme', feed: 'files', scheduledTime });
  const other = new LinkClient(body.link);
  await other.ask('POST', '/nothing-to-deliver', { reason: 'for the test' });
  await airlock.settle();
  await other.ask('POST', '/renewal', {});
  const until = new Date(Date.parse(scheduledTime) + 86_400_000).toISOString();
  await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/extend`, { reason: 'for the test', until });
  await airlock.settle();
  await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/revoke`, { reason: 'for the test' });
  await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/waive`, { reason: 'for the test' });
  await airlock.settle();
  await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/redrive`, { reason: 'for the test' });
};

/** Everything that the app does, once. */
const everyJourney = async (airlock: Airlock): Promise<void> => {
  const mailbox = (address: string, fate: string) => airlock.local('PUT', 'mailbox', { address, fate });
  await everyWayOfTheApi(airlock);
  // On time, sent back and mended, asked for twice.
  await airlock.open('acme/orders');
  await airlock.upload(badCsv);
  await airlock.settle();
  await airlock.upload(goodCsv);
  await airlock.settle();
  await airlock.open('acme/orders');
  // Runs whose ends are told twice, and an end that cannot be kept.
  await airlock.fateOfEvents({ source: 'aws.states', copies: 2, delaySeconds: [0, 10] });
  await airlock.open('acme/orders');
  await airlock.noFaults();
  await airlock.invoke('archive-execution', {});
  // An end and an upload that no event tells of: once there was a first look, they are made good a day later.
  await airlock.invoke('reconcile', {});
  await airlock.fateOfEvents({ source: 'aws.states', copies: 0 });
  await airlock.open('acme/orders');
  await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
  await airlock.putFile('untold.txt', 'x');
  await airlock.noFaults();
  // Asked for while another execution holds the period; waived by an operator while its file arrives unseen.
  const held = await airlock.open('acme/orders', { inDays: 6 });
  await airlock.open('acme/orders', { inDays: 6 });
  await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
  await airlock.upload(goodCsv, await airlock.link('data@acme.example'));
  await airlock.noFaults();
  await airlock.signal(held, 'OperatorWaived', 'for the test');
  // There before anybody asked.
  const early = new Date((await airlock.now()) + 7 * 86_400_000).toLocaleDateString('sv-SE', {
    timeZone: 'Europe/Berlin',
  });
  await airlock.putFile(`acme/orders/${early}/1/1/upload.csv`, goodCsv);
  await airlock.open('acme/orders', { inDays: 7 });
  // Rejected for good, waived by a signal that was there before anybody listened, and one that nobody takes.
  await airlock.open('initech/hourly');
  await airlock.upload('meter,value\n1\n', await airlock.link('meters@initech.example'));
  await airlock.settle();
  const period = new Date((await airlock.now()) + 2 * 86_400_000).toLocaleDateString('sv-SE', {
    timeZone: 'Europe/Berlin',
  });
  await airlock.s3.send(
    new PutObjectCommand({
      Bucket: airlock.bucket('Ledger'),
      Key: `signals/acme/orders/${period}/1/1.json`,
      Body: JSON.stringify({ version: 1, error: 'OperatorWaived', cause: 'a holiday' }),
    }),
  );
  await airlock.open('acme/orders', { inDays: 2 });
  await airlock.putFile('stray.txt', 'x');
  // A mail that bounces, one that annoys, an event that fails for good, and silence to the end.
  // Told when the wait is there, so that it is receive-bounce that ends it.
  await airlock.fateOfEvents({ source: 'aws.ses', copies: 1, delaySeconds: [5] });
  await mailbox('data@acme.example', 'bounced');
  await airlock.open('acme/orders', { inDays: 3 });
  await mailbox('data@acme.example', 'delivered');
  await mailbox('data@acme.example', 'complained');
  await airlock.open('acme/orders', { inDays: 4 });
  await airlock.noFaults();
  await airlock.invoke('receive-upload', {});
  await airlock.invoke('receive-bounce', {});
  await airlock.open('globex/claims');
  await airlock.advance('P2D');
  // One whose schedule was late by a year.
  await airlock.run('initech/hourly', new Date((await airlock.now()) - 365 * 86_400_000).toISOString());
  // A start that is refused and kept.
  await airlock.withoutPermission('airlock-dev-scheduler', 'Start', () => airlock.advance('P3D'));
  // The watchdog is not called, and then fails.
  await airlock.withoutPermission('Airlock-dev-AirlockWatchdogRole', 'Call', () => airlock.advance('PT5H'));
  const watcher = 'Airlock-dev-AirlockFunctionsWatchStartsRole';
  await airlock.withoutPermission(watcher, 'ReadWatch', () => airlock.advance('PT5H'));
  const reconciler = 'Airlock-dev-AirlockFunctionsReconcileRole';
  await airlock.withoutPermission(reconciler, 'ReadArrivals', () => airlock.advance('P1D'));
};

describe('the permissions of the app', () => {
  let airlock: Airlock;
  let roleNames: Map<string, string>;
  let called: Map<string, Set<string>>;
  beforeAll(async () => {
    airlock = await Airlock.start();
    const { ServerSideEncryptionConfiguration: encryption } = await airlock.s3.send(
      new GetBucketEncryptionCommand({ Bucket: airlock.bucket('Ledger') }),
    );
    const [rule] = encryption?.Rules ?? [];
    const keyArn = rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? '';
    for (const id of Object.keys(Resources).filter((one) => Resources[one].Type === 'AWS::KMS::Key')) {
      known.set(id, id.includes('Encryption') ? keyArn : await linkKeyArn(airlock));
    }
    await everyJourney(airlock);
    called = new Map();
    for (const line of Object.keys(await airlock.takeCalls())) {
      const [role = '', action = ''] = line.split(' ');
      called.set(role, (called.get(role) ?? new Set()).add(action));
    }
    roleNames = new Map(
      [...granted().keys()].map((id) => [
        id,
        Resources[id].Properties.RoleName ? resolve(Resources[id].Properties.RoleName) : `Airlock-dev-${id}`,
      ]),
    );
  });
  afterAll(() => airlock.stop());

  it.each([...granted()])('%s has no action that is never used', (role, statements) => {
    const used = called.get(roleNames.get(role) ?? '') ?? new Set();
    expect(actionsOf(statements).filter((action) => !used.has(action))).toEqual([]);
  });

  it('let no function do what is only another’s work', async () => {
    const iam = new IAMClient(airlock.client);
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const arnOf = (name: string | undefined) => Roles.find(({ RoleName }) => RoleName === name)?.Arn;
    const functions = deployedFunctions().map((name) => {
      const [id = '', statements = []] =
        [...granted()].find(([role]) => role.startsWith(`AirlockFunctions${pascal(name)}Role`)) ?? [];
      return { name, arn: arnOf(roleNames.get(id)), asked: pairsOf(statements) };
    });
    const everything = new Map(functions.flatMap(({ asked }) => [...asked]));
    let denied = 0;
    for (const { name, arn, asked } of functions) {
      for (const [key, { action, resource }] of everything) {
        const isOwn = asked.has(key);
        const { EvaluationResults } = await iam.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: arn,
            ActionNames: [action],
            ResourceArns: [resource],
            ContextEntries: circumstances,
          }),
        );
        const decision = EvaluationResults?.[0]?.EvalDecision;
        expect([name, key, decision]).toEqual([name, key, isOwn ? 'allowed' : 'implicitDeny']);
        if (!isOwn) denied += 1;
      }
    }
    expect(denied).toBeGreaterThan(300);
  }, 120_000);
});

/** What a request of the app itself would carry, so that only action and resource decide. */
const circumstances = [
  {
    ContextKeyName: 'kms:ViaService',
    ContextKeyType: 'string' as const,
    ContextKeyValues: ['s3.eu-west-1.amazonaws.com'],
  },
  { ContextKeyName: 'ses:FromAddress', ContextKeyType: 'string' as const, ContextKeyValues: ['airlock@example.com'] },
];

/** Every action on every resource of statements, with a name that is the same for the same thing. */
const pairsOf = (statements: readonly Statement[]): Map<string, { action: string; resource: string }> =>
  new Map(
    statements
      // Which prefix is listed is a condition: tried by taking the statement away (permissions.full.test.ts).
      .filter(({ Action }) => Action !== 's3:ListBucket')
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) =>
          (Array.isArray(Resource) ? Resource : [Resource]).map((one) => {
            const resource = sampleOf(one);
            return [`${action} on ${resource}`, { action, resource }] as const;
          }),
        ),
      ),
  );

/** An ARN that a resource of the template covers: references by their place, wildcards filled in. */
const sampleOf = (resource: unknown): string => resolve(resource).replaceAll('*', 'sample');

const resolve = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', '']] = Object.entries(value ?? {});
  if (name === 'Fn::Join') return argument[1].map(resolve).join(argument[0]);
  if (name === 'Ref') return pseudo[argument] ?? physical(argument, '');
  return physical(argument[0], argument[1]);
};

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
};

/** Only policies name the key of links. */
const linkKeyArn = async (airlock: Airlock): Promise<string> => {
  const { statements } = await airlock.policyOf('Airlock-dev-AirlockFunctionsEmailPartnerRole');
  const own: (Statement & { readonly Sid: string })[] = JSON.parse(JSON.stringify(statements));
  return String(own.find(({ Sid }) => Sid === 'MakeLinkSecrets')?.Resource);
};

/** ARNs that only the runtime knows, by logical id. */
const known = new Map<string, string>();

/** ARNs as the runtime makes them. */
const physical = (id: string, attribute: string): string => {
  const found = known.get(id);
  if (found) return found;
  const { Type, Properties } = Resources[id];
  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:000000000000:${rest}`;
  switch (Type) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${resolve(Properties.BucketName)}`;
    case 'AWS::Logs::LogGroup':
      return `${arn('logs', `log-group:${Properties.LogGroupName}`)}:*`;
    case 'AWS::Lambda::Function':
      return arn('lambda', `function:${Properties.FunctionName}`);
    case 'AWS::SNS::Topic':
      return arn('sns', Properties.TopicName);
    case 'AWS::SQS::Queue':
      return arn('sqs', Properties.QueueName);
    case 'AWS::Events::EventBus':
      return arn('events', `event-bus/${Properties.Name}`);
    case 'AWS::IAM::Role':
      return `arn:aws:iam::000000000000:role/Airlock-dev-${id}`;
    default:
      throw new Error(`${id}.${attribute} (${Type}) has no ARN here`);
  }
};
