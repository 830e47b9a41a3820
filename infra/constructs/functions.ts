import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import { allEnvironmentKeys, type EnvironmentKey, environmentKeys } from '../../core/environment.ts';
import { metricsNamespace } from '../../core/metrics.ts';
import type { StageConfig } from '../config.ts';
import { deployedFunctions, type FunctionName, functionTable } from './function-table.ts';

interface FunctionsProps {
  readonly config: StageConfig;
  readonly codeOf: (handler: string) => string;
}

/** The functions, each with its own role, log group and environment. What they may do is in permissions.ts. */
export class Functions extends Construct {
  /** Those of this deployment. */
  readonly names: readonly FunctionName[];
  readonly #functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly #roles: ReadonlyMap<FunctionName, Role>;
  readonly #policies: ReadonlyMap<FunctionName, Policy>;

  constructor(scope: Construct, id: string, { config, codeOf }: FunctionsProps) {
    super(scope, id);
    this.names = deployedFunctions(config);
    const made = this.names.map((name) => [name, this.#make(name, config, codeOf(name))] as const);
    this.#functions = new Map(made.map(([name, { fn }]) => [name, fn]));
    this.#roles = new Map(made.map(([name, { role }]) => [name, role]));
    this.#policies = new Map(made.map(([name, { policy }]) => [name, policy]));
  }

  get(name: FunctionName): LambdaFunction {
    return present(this.#functions.get(name), name);
  }

  role(name: FunctionName): Role {
    return present(this.#roles.get(name), name);
  }

  get roles(): Role[] {
    return [...this.#roles.values()];
  }

  /**
   * Code and settings as they are in this deployment, for ever: executions that wait for days go on with what they
   * started with. Call when the function is configured.
   */
  version(name: FunctionName): Version {
    return this.get(name).currentVersion;
  }

  logGroupName(name: FunctionName): string {
    return this.get(name).logGroup.logGroupName;
  }

  /** Adds hand-written statements to the one policy of a function, and nothing else does. */
  allow(name: FunctionName, ...statements: PolicyStatement[]): void {
    present(this.#policies.get(name), name).addStatements(...statements);
  }

  /** Sets what `handlers/<name>.lambda.ts` reads with `setting()`. */
  configure(name: FunctionName, settings: Partial<Record<EnvironmentKey, string>>): void {
    const fn = this.get(name);
    for (const key of allEnvironmentKeys) {
      const value = settings[key];
      if (value !== undefined) fn.addEnvironment(environmentKeys[key], value);
    }
  }

  #make(name: FunctionName, config: StageConfig, folder: string): { fn: LambdaFunction; role: Role; policy: Policy } {
    const { memoryMb, timeoutSeconds, reserved, logs, does } = functionTable[name];
    const id = pascal(name);
    const functionName = deployedName(config.stage, name);
    const logGroup = new LogGroup(this, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logs === 'stage' ? config.logRetention : logs,
      removalPolicy: config.removalPolicy,
    });
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const policy = new Policy(this, `${id}Policy`, {
      roles: [role],
      statements: [
        new PolicyStatement({
          sid: 'WriteLogs',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
        new PolicyStatement({
          sid: 'WriteTraces',
          actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
          resources: ['*'],
        }),
      ],
    });
    const fn = new LambdaFunction(this, id, {
      functionName,
      description: does,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(folder),
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      ...(config.reserveConcurrency && { reservedConcurrentExecutions: reserved }),
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, description: does },
      environment: {
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(config.stage),
      },
    });
    fn.node.addDependency(policy);
    return { fn, role, policy };
  }
}

const present = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`no function ${name}`);
  return value;
};

/** `open-request` → `OpenRequest`: ids in the template and substitutions in the workflow. */
export const pascal = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase());
