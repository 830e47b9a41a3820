import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../identity/identities.ts';
import type { Kms } from '../kms/kms.ts';
import { Registry } from '../registry.ts';

/** A state machine of the template, or one that a client created. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** Hash of the current definition. */
  readonly definition: string;
  readonly createdAt: number;
  readonly settings: MachineSettings;
}

/** How a machine is watched and kept. */
export interface MachineSettings {
  readonly logging?: {
    readonly level: 'ALL' | 'ERROR' | 'FATAL' | 'OFF';
    readonly includeExecutionData: boolean;
  };
  readonly isTraced?: boolean;
  /** A customer key for the executions' data. */
  readonly keyArn?: string;
}

/**
 * What a machine's role needs before Step Functions takes a log destination.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
 */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/** What it may ask X-Ray before a trace is written. */
const sampling = ['xray:GetSamplingRules', 'xray:GetSamplingTargets'];

/** The state machines, and what their roles and keys must allow. */
export class Machines {
  readonly #records: Registry<MachineRecord>;
  readonly #context: Context;
  readonly #kms: Kms;

  constructor(context: Context, kms: Kms) {
    this.#context = context;
    this.#kms = kms;
    this.#records = new Registry(context.journal, 'state-machine');
  }

  get(name: string): MachineRecord | undefined {
    return this.#records.get(name);
  }

  all(): MachineRecord[] {
    return this.#records.all().map(({ body }) => body);
  }

  delete(name: string): void {
    this.#records.delete(name);
  }

  /** The machine of an execution's ARN, or of its own. */
  of(arn: string): MachineRecord | undefined {
    return this.#records.get(arn.split(':')[6] ?? '');
  }

  /** @throws AwsError AccessDeniedException when the role may not deliver logs */
  put(machine: MachineRecord): void {
    const { logging } = machine.settings;
    if (logging && logging.level !== 'OFF' && !this.#mayAll(machine, logDelivery)) {
      const message = 'The state machine IAM Role is not authorized to access the Log Destination';
      throw new AwsError('AccessDeniedException', message);
    }
    this.#records.put(machine.name, machine);
  }

  /** Tracing is silent where the role may not: as on AWS. */
  mayTrace(machine: MachineRecord): boolean {
    return machine.settings.isTraced === true && this.#mayAll(machine, sampling);
  }

  /**
   * An execution of an encrypted machine reads and writes its data with its own role.
   * https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   */
  requireOwnKey(machine: MachineRecord): void {
    const principal = this.#context.identities.actAs(machine.roleArn, machine.name);
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt'] as const) this.#requireKey(machine, action, principal);
  }

  /** Whoever reads what an execution carries needs the key as well. */
  requireReadersKey(machine: MachineRecord, principal: Principal): void {
    this.#requireKey(machine, 'kms:Decrypt', principal, 'states');
  }

  #requireKey(
    { settings: { keyArn }, arn }: MachineRecord,
    action: 'kms:GenerateDataKey' | 'kms:Decrypt',
    principal: Principal,
    via?: string,
  ): void {
    if (keyArn === undefined) return;
    const encryptionContext = { 'aws:states:stateMachineArn': arn };
    try {
      this.#kms.require(action, { principal, keyArn, encryptionContext, ...(via !== undefined && { via }) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError('KmsAccessDeniedException', error.message);
    }
  }

  #mayAll({ roleArn, name }: MachineRecord, actions: readonly string[]): boolean {
    const { authorizer, identities } = this.#context;
    const principal = identities.actAs(roleArn, name);
    return actions.every((action) => authorizer.allows({ principal, action, resource: '*' }));
  }
}
