import { createHash, randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../identity/identities.ts';
import type { Sender } from '../identity/sender.ts';
import type { Kms } from '../kms/kms.ts';
import { Registry } from '../registry.ts';
import type { Definition } from './definition.ts';
import { managedRuleName, waitsForNested } from './integration.ts';
import { parseDefinition } from './read-definition.ts';

/** A state machine of the template, or one that a client created. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** Hash of the current definition. */
  readonly definition: string;
  readonly createdAt: number;
  /** When it was changed last. */
  readonly updatedAt?: number;
  readonly settings: MachineSettings;
  /** Tells one state of the machine from the next; a machine that was never updated has none. */
  readonly revisionId?: string;
  /** The number of the version that was published last, whether it is still there or not. */
  readonly lastVersion?: number;
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

/**
 * What it needs to hear that a nested execution has ended.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html
 */
const managedRule = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

/** The state machines, and what their roles and keys must allow. */
export class Machines {
  readonly #records: Registry<MachineRecord>;
  readonly #context: Context;
  readonly #kms: Kms;
  /** Definitions by their hash: they never change under it. */
  readonly definitions: Registry<string>;

  constructor(context: Context, kms: Kms) {
    this.#context = context;
    this.#kms = kms;
    this.#records = new Registry(context.journal, 'state-machine');
    this.definitions = new Registry(context.journal, 'definition');
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

  /** The machine of an execution's ARN, of its own, or of one of its versions or aliases. */
  of(arn: string): MachineRecord | undefined {
    return this.#records.get(arn.split(':')[6] ?? '');
  }

  /** @throws AwsError StateMachineDoesNotExist, also for the ARN of a version */
  existing(arn: unknown): MachineRecord {
    const machine = this.of(String(arn));
    if (machine && machine.arn === arn) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /**
   * A version or an alias is asked for by its machine's own ARN, and told by a condition key.
   * https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
   *
   * @param arn of a machine, a version or an alias
   * @throws AwsError AccessDenied
   */
  require(sender: Sender, action: string, arn: string): void {
    const [qualifier, ...more] = arn.startsWith('arn:aws:states:') ? arn.split(':').slice(7) : [];
    const isQualified = qualifier !== undefined && more.length === 0;
    this.#context.authorizer.require({
      ...sender,
      action,
      resource: isQualified ? arn.slice(0, -qualifier.length - 1) : arn,
      ...(isQualified && { context: { 'states:StateMachineQualifier': qualifier } }),
    });
  }

  /** A machine for who may. @throws AwsError AccessDenied, StateMachineDoesNotExist */
  askedFor(sender: Sender, action: string, arn: unknown): MachineRecord {
    this.require(sender, action, String(arn));
    return this.existing(arn);
  }

  arnOf(name: string): string {
    return `arn:aws:states:${this.#context.region}:${this.#context.accountId}:stateMachine:${name}`;
  }

  definitionOf({ definition }: Pick<MachineRecord, 'definition'>): string {
    return this.definitions.get(definition) ?? '';
  }

  /**
   * Makes or updates a machine; running executions keep the definition that they started with.
   *
   * @throws AwsError InvalidDefinition, AccessDeniedException; UnsupportedFeatureError
   */
  put(name: string, roleArn: string, definition: string, settings: MachineSettings = {}): MachineRecord {
    const parsed = parseDefinition(name, definition);
    const hash = createHash('sha256').update(definition).digest('hex');
    const before = this.get(name);
    const isSame = before?.definition === hash && before.roleArn === roleArn;
    const machine: MachineRecord = {
      ...(before ?? { createdAt: this.#context.clock.now() }),
      arn: this.arnOf(name),
      name,
      roleArn,
      definition: hash,
      settings,
      ...(before && !isSame && { revisionId: randomUUID(), updatedAt: this.#context.clock.now() }),
    };
    this.#requireRole(machine, parsed);
    this.definitions.put(hash, definition);
    this.#records.put(name, machine);
    return machine;
  }

  /** The number for the next version. */
  nextVersion(machine: MachineRecord): number {
    const lastVersion = (machine.lastVersion ?? 0) + 1;
    this.#records.put(machine.name, { ...machine, lastVersion });
    return lastVersion;
  }

  #requireRole(machine: MachineRecord, definition: Definition): void {
    const { settings, roleArn } = machine;
    if (settings.logging && settings.logging.level !== 'OFF' && !this.#mayAll(machine, logDelivery)) {
      const message = 'The state machine IAM Role is not authorized to access the Log Destination';
      throw new AwsError('AccessDeniedException', message);
    }
    const { region, accountId } = this.#context;
    const rule = `arn:aws:events:${region}:${accountId}:rule/${managedRuleName}`;
    if (waitsForNested(definition) && !this.#mayAll(machine, managedRule, rule)) {
      throw new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`);
    }
  }

  /** The machine's role must let Step Functions act with it. */
  requireTrust({ roleArn }: Pick<MachineRecord, 'roleArn'>): void {
    const role = this.#context.identities.roleByArn(roleArn);
    this.#context.authorizer.require({
      principal: { kind: 'service', name: 'states.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: role?.trust,
      mustBeAllowedByResource: true,
    });
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

  #mayAll({ roleArn, name }: MachineRecord, actions: readonly string[], resource = '*'): boolean {
    const { authorizer, identities } = this.#context;
    const principal = identities.actAs(roleArn, name);
    return actions.every((action) => authorizer.allows({ principal, action, resource }));
  }
}
