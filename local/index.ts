import type { Server } from 'node:http';
import { Admin } from './admin/admin.ts';
import { HttpApis } from './apigateway/http-apis.ts';
import { ProductClock } from './clock.ts';
import { loadAssembly } from './cloudformation/assembly.ts';
import { CloudFormation } from './cloudformation/cloudformation.ts';
import { deploy } from './cloudformation/deploy.ts';
import { resourceTypes } from './cloudformation/resource-types.ts';
import type { Services } from './cloudformation/services.ts';
import { CloudTrail } from './cloudtrail/cloudtrail.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import type { Context } from './context.ts';
import { AwsError } from './errors.ts';
import { EventBuses } from './events/buses.ts';
import { Faults } from './faults/faults.ts';
import { ServiceFaults } from './faults/service-faults.ts';
import { GuardDuty } from './guardduty/guardduty.ts';
import { Gateway } from './http/gateway.ts';
import { queryValue } from './http/request.ts';
import { listen } from './http/server.ts';
import { Iam } from './iam/iam.ts';
import { Authenticator } from './identity/authenticate.ts';
import { Authorizer } from './identity/authorizer.ts';
import { Identities } from './identity/identities.ts';
import { JobQueue } from './jobs.ts';
import { Journal } from './journal.ts';
import { Kms } from './kms/kms.ts';
import { CodeCache } from './lambda/code-cache.ts';
import { EventSources } from './lambda/event-sources.ts';
import { Lambda } from './lambda/lambda.ts';
import { S3 } from './s3/s3.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Ses } from './ses/ses.ts';
import { SesV2 } from './ses/sesv2.ts';
import { Sns } from './sns/sns.ts';
import { Sqs } from './sqs/sqs.ts';
import { Engine, type EngineServices } from './states/engine.ts';
import { Executions } from './states/executions.ts';
import { Machines } from './states/machines.ts';
import { Observation } from './states/observation.ts';
import { Starting } from './states/starting.ts';
import { States } from './states/states.ts';
import { Versions } from './states/versions.ts';
import { Sts } from './sts/sts.ts';
import { XRay } from './xray/xray.ts';

export { StartError, UnsupportedFeatureError } from './errors.ts';

/** Fixed facts of the embedded account. */
export const account = { region: 'eu-west-1', accountId: '000000000000' } as const;

export interface EmbeddedAwsOptions {
  /** Folder of a synthesized CDK app with one stack. */
  readonly assembly: string;
  /** Folder for everything that must survive. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Of the HTTP API; 0 takes any free port. */
  readonly httpApiPort: number;
  /** The machine's clock, in milliseconds. */
  readonly wall: () => number;
  /** For the jitter of retries: a number in [0, 1). */
  readonly random: () => number;
  /** Folder for what V8 compiled of functions' code; without one every cold start compiles it anew. */
  readonly codeCache?: string;
  /** Faults of the runtime itself, a line each. */
  readonly report: (message: string) => void;
}

export interface EmbeddedAws {
  readonly endpoint: string;
  readonly outputs: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Whether a folder can be used for data, before anything is prepared. @throws StartError as `startEmbeddedAws` would */
export const checkDataFolder = (dataDir: string): void => new Journal(dataDir).close();

/**
 * Deploys a synthesized app to this machine and serves the AWS that it needs on one loopback port.
 *
 * @throws StartError (port, folder, assembly); UnsupportedFeatureError (something in the template)
 */
export const startEmbeddedAws = async (options: EmbeddedAwsOptions): Promise<EmbeddedAws> => {
  const assembly = loadAssembly(options.assembly);
  const faults = new Faults();
  const journal = new Journal(options.dataDir, faults);
  const clock = new ProductClock(journal, options.wall);
  const jobs = new JobQueue(journal, clock, options.report);
  const identities = new Identities(journal, clock, account.accountId);
  const authorizer = new Authorizer(identities, account.accountId);
  let [endpoint, httpApiEndpoint] = ['', ''];
  const { dataDir, report } = options;
  const context: Context = {
    ...account,
    dataDir,
    endpoint: () => endpoint,
    httpApiEndpoint: () => httpApiEndpoint,
    journal,
    clock,
    jobs,
    identities,
    authorizer,
    codeCache: new CodeCache(options.codeCache),
    faults,
    report,
  };

  const authenticator = new Authenticator(identities, clock, account.region);
  const services = createServices(context, authenticator, options.random);
  const cloudformation = new CloudFormation(context);
  const admin = new Admin(context, { ...services, outputs: () => cloudformation.outputs });
  const gateway = new Gateway(authenticator, services.s3, protocols(context, services, cloudformation), {
    faults: new ServiceFaults(faults, services.lambda.pool),
    report,
  });
  const { server, port } = await listen({
    port: options.port,
    clock,
    report,
    handle: (request) => (request.path.startsWith('/_local/') ? admin.handle(request) : gateway.handle(request)),
  });
  endpoint = `http://127.0.0.1:${port}`;
  const servers = [server];
  const close = async () => {
    jobs.close();
    services.lambda.close();
    await Promise.all(servers.map(hangUp));
    journal.close();
  };
  try {
    const api = await listen({
      port: options.httpApiPort,
      clock,
      report,
      handle: (request) => services.httpApis.handle(request),
    });
    servers.push(api.server);
    httpApiEndpoint = `http://127.0.0.1:${api.port}`;
    const parameters = new Map([
      ['AWS::Region', account.region],
      ['AWS::AccountId', account.accountId],
      ['AWS::Partition', 'aws'],
      ['AWS::URLSuffix', 'amazonaws.com'],
    ]);
    cloudformation.stacks = deploy(assembly, {
      journal,
      types: resourceTypes(context, services, assembly),
      parameters,
    });
  } catch (error) {
    await close();
    throw error;
  }
  jobs.open();
  return { endpoint, outputs: cloudformation.outputs, close };
};

const hangUp = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

const createServices = (context: Context, authenticator: Authenticator, random: () => number): Services => {
  const kms = new Kms(context);
  const xray = new XRay(context);
  const sns = new Sns(context);
  const cloudwatch = new CloudWatch(context, sns);
  const sqs = new Sqs(context, cloudwatch);
  const lambda = new Lambda(context, sqs, { cloudwatch, xray });
  const eventSources = new EventSources(context, { lambda, sqs });
  const buses = new EventBuses(context, { lambda, sns, sqs, cloudwatch });
  const machines = new Machines(context, kms);
  const observation = new Observation(context, machines, { cloudwatch, xray });
  const states = createStates(context, machines, { lambda, buses, observation, random });
  const scheduler = new Scheduler(context, { states, lambda, sqs, cloudwatch });
  const s3 = new S3(context, { buses, kms, authenticator });
  const cloudtrail = new CloudTrail(context, buses, s3.onBehalf);
  s3.onObjectCall((call) => cloudtrail.record(call));
  const guardduty = new GuardDuty(context, buses, s3.onBehalf);
  const ses = new Ses(context, { buses, cloudwatch });
  const httpApis = new HttpApis(context, { lambda, cloudwatch }, authenticator);
  return {
    httpApis,
    guardduty,
    cloudtrail,
    kms,
    xray,
    cloudwatch,
    sqs,
    sns,
    lambda,
    eventSources,
    buses,
    states,
    scheduler,
    s3,
    ses,
  };
};

const createStates = (
  context: Context,
  machines: Machines,
  services: Pick<EngineServices, 'lambda' | 'buses' | 'observation' | 'random'>,
): States => {
  const executions = new Executions(context.journal);
  const versions = new Versions(context, machines, services.random);
  const starting = new Starting(context, { machines, versions, executions });
  const { definitions } = machines;
  const engine = new Engine(context, { ...services, executions, definitions, starting });
  return new States({ context, engine, machines, versions });
};

/** A name or an ARN with the version that is asked for beside it. */
const qualified = (name: string, qualifier: string | undefined): string =>
  qualifier === undefined || name.endsWith(`:${qualifier}`) ? name : `${name}:${qualifier}`;

const protocols = (
  context: Context,
  { states, buses, sqs, sns, ses, scheduler, lambda, kms, cloudwatch }: Services,
  cloudformation: CloudFormation,
): ConstructorParameters<typeof Gateway>[2] => {
  const sts = new Sts(context);
  const iam = new Iam(context);
  const sesV2 = new SesV2(context, ses);
  const mail: typeof ses.handle = (sender, action, input) => ses.handle(sender, action, input);
  return {
    json: {
      states: (sender, operation, input) => states.handle(sender, operation, input),
      sqs: (sender, operation, input) => sqs.handle(sender, operation, input),
      kms: (sender, operation, input) => kms.handle(sender, operation, input),
      monitoring: (sender, operation, input) => cloudwatch.handle(sender, operation, input),
      events: (sender, operation, { Entries }) => {
        if (operation !== 'PutEvents')
          throw new AwsError('UnknownOperationException', `${operation} is not implemented here (see local/README.md)`);
        const answer = context.journal.transaction(() =>
          buses.putEvents(sender, Array.isArray(Entries) ? Entries : []),
        );
        return { ...answer };
      },
    },
    query: {
      sts: (sender, action, input) => sts.handle(sender, action, input),
      iam: (sender, action, input) => iam.handle(sender, action, input),
      sns: (sender, action, input) => sns.handle(sender, action, input),
      cloudformation: (sender, action, input) => cloudformation.handle(sender, action, input),
      ses: mail,
      email: mail,
    },
    rest: {
      ses: async (sender, request, body) => sesV2.handle(sender, request, body),
      scheduler: async (sender, request) => {
        const answer = scheduler.handle(sender, request.method, request.path, queryValue(request, 'groupName'));
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
      },
      lambda: async (sender, request, body) => {
        const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.path) ?? [];
        if (name === undefined || request.method !== 'POST')
          throw new AwsError(
            'NotImplemented',
            `${request.method} ${request.path} is not implemented here (see local/README.md)`,
            501,
          );
        const input = body.toString('utf8') || '{}';
        const arn = qualified(decodeURIComponent(name), queryValue(request, 'Qualifier'));
        if (request.headers['x-amz-invocation-type'] === 'DryRun') {
          lambda.requireInvocable(sender, arn);
          return { status: 204, headers: {}, body: '' };
        }
        if (request.headers['x-amz-invocation-type'] === 'Event') {
          context.journal.transaction(() => lambda.invokeLater(sender, arn, input));
          return { status: 202, headers: {}, body: '' };
        }
        const result = await lambda.invoke(sender, arn, input);
        const headers = {
          'content-type': 'application/json',
          'x-amz-executed-version': result.version,
          ...(!result.ok && { 'x-amz-function-error': 'Unhandled' }),
        };
        return { status: 200, headers, body: result.payload };
      },
    },
  };
};
