import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allEnvironmentKeys, type EnvironmentKey, environmentKeys } from '../../core/environment.ts';
import type { StageConfig } from '../config.ts';

interface Size {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly does: string;
}

/** Every function, in the order of the workflow. */
export const functionTable = {
  'open-request': { memoryMb: 256, timeoutSeconds: 30, does: 'Claims a period and makes its plan' },
  'generate-upload-url': { memoryMb: 256, timeoutSeconds: 30, does: 'Signs the upload URL of an attempt' },
  'email-partner': { memoryMb: 256, timeoutSeconds: 50, does: 'Mails the partner' },
  'register-wait': { memoryMb: 256, timeoutSeconds: 30, does: 'Stores the task token of a wait' },
  'receive-upload': { memoryMb: 256, timeoutSeconds: 30, does: 'Records an arrival and ends the wait' },
  'look-for-upload': { memoryMb: 256, timeoutSeconds: 30, does: 'Looks once more before a milestone' },
  'validate-upload': { memoryMb: 1769, timeoutSeconds: 900, does: 'Checks the pinned version' },
  'accept-upload': { memoryMb: 256, timeoutSeconds: 300, does: 'Promotes a valid upload' },
  'quarantine-upload': { memoryMb: 256, timeoutSeconds: 300, does: 'Sets an invalid upload aside' },
  escalate: { memoryMb: 256, timeoutSeconds: 50, does: 'Raises our voice' },
  'close-request': { memoryMb: 256, timeoutSeconds: 30, does: 'Ends a request without a file' },
} as const satisfies Record<string, Size>;

export type FunctionName = keyof typeof functionTable;
const isFunctionName = (name: string): name is FunctionName => name in functionTable;
export const functionNames = Object.keys(functionTable).filter(isFunctionName);

interface FunctionsProps {
  readonly config: StageConfig;
  readonly codeOf: (handler: string) => string;
}

/** The functions, each with its own role, log group and environment. What they may do is in permissions.ts. */
export class Functions extends Construct {
  readonly #functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly #roles: ReadonlyMap<FunctionName, Role>;
  readonly #policies: ReadonlyMap<FunctionName, Policy>;

  constructor(scope: Construct, id: string, { config, codeOf }: FunctionsProps) {
    super(scope, id);
    const made = functionNames.map((name) => [name, this.#make(name, config, codeOf(name))] as const);
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
    const { memoryMb, timeoutSeconds, does } = functionTable[name];
    const id = pascal(name);
    const functionName = `airlock-${config.stage}-${name}`;
    const logGroup = new LogGroup(this, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: config.logRetention,
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
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: 'Airlock',
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
