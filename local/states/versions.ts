import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { Registry } from '../registry.ts';
import { invalid, validation } from './inputs.ts';
import type { MachineRecord, Machines } from './machines.ts';

/** A machine as it was when a version of it was published: it never changes. */
export interface VersionRecord {
  readonly arn: string;
  readonly number: number;
  readonly machine: MachineRecord;
  readonly description: string | undefined;
  readonly createdAt: number;
}

/** A name that leads to one version, or to two of them by weight. */
export interface AliasRecord {
  readonly arn: string;
  readonly name: string;
  readonly machine: string;
  readonly description: string | undefined;
  readonly routes: readonly Route[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Route {
  readonly stateMachineVersionArn: string;
  /** Of 100. */
  readonly weight: number;
}

/** What an ARN leads to: the machine to run, and which version and alias it was found by. */
export interface Target {
  readonly machine: MachineRecord;
  readonly versionArn?: string;
  readonly aliasArn?: string;
}

const aliasPattern = /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/;

/**
 * Versions and aliases of state machines.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html
 */
export class Versions {
  readonly #context: Context;
  readonly #machines: Machines;
  readonly #versions: Registry<VersionRecord>;
  readonly #aliases: Registry<AliasRecord>;
  readonly #random: () => number;

  /** @param random a number in [0, 1): which of an alias's versions is taken */
  constructor(context: Context, machines: Machines, random: () => number) {
    this.#context = context;
    this.#machines = machines;
    this.#random = random;
    this.#versions = new Registry(context.journal, 'state-machine-version');
    this.#aliases = new Registry(context.journal, 'state-machine-alias');
  }

  /** Publishes a machine as it is now; the same again is the version that there is. */
  publish(machine: MachineRecord, description: string | undefined): VersionRecord {
    const last = this.of(machine.arn)[0];
    if (last && last.machine.revisionId === machine.revisionId) return last;
    const number = this.#machines.nextVersion(machine);
    const arn = `${machine.arn}:${number}`;
    const version = { arn, number, machine, description, createdAt: this.#context.clock.now() };
    this.#versions.put(arn, version);
    return version;
  }

  version(arn: string): VersionRecord | undefined {
    return this.#versions.get(arn);
  }

  /** Newest first. */
  of(machineArn: string): VersionRecord[] {
    return this.#versions
      .all()
      .map(({ body }) => body)
      .filter(({ machine }) => machine.arn === machineArn)
      .sort((a, b) => b.number - a.number);
  }

  /** @throws AwsError ConflictException while an alias leads to it */
  deleteVersion(arn: string): void {
    const names = this.#all()
      .filter(({ routes }) => routes.some((route) => route.stateMachineVersionArn === arn))
      .map(({ name }) => name);
    if (names.length > 0) {
      const list = `Current list of aliases referencing this version: [${names.join(', ')}]`;
      throw new AwsError('ConflictException', `Version to be deleted must not be referenced by an alias. ${list}`);
    }
    this.#versions.delete(arn);
  }

  /** @throws AwsError ValidationException, ConflictException, ResourceNotFound */
  createAlias(name: string, description: string | undefined, routes: readonly Route[]): AliasRecord {
    if (name.length > 80) throw validation('name', 'Member must have length less than or equal to 80', name);
    if (!aliasPattern.test(name)) {
      const pattern = aliasPattern.source.replaceAll('\\-.', '\\\\-\\\\.');
      throw validation('name', `Member must satisfy regular expression pattern: ${pattern}`, name);
    }
    const machine = this.#requireRoutes(routes);
    const arn = `${machine.arn}:${name}`;
    const existing = this.alias(arn);
    const isSame = existing?.description === description && JSON.stringify(existing?.routes) === JSON.stringify(routes);
    if (existing && isSame) return existing;
    if (existing) {
      const why = 'an alias with the same name and a different routing configuration already exists.';
      throw new AwsError('ConflictException', `Failed to create alias because ${why}`);
    }
    const now = this.#context.clock.now();
    return this.#put({ arn, name, machine: machine.arn, description, routes, createdAt: now, updatedAt: now });
  }

  /** @throws AwsError ResourceNotFound, ValidationException */
  updateAlias(arn: string, change: { description?: string; routes?: readonly Route[] }): AliasRecord {
    const existing = this.requireAlias(arn);
    if (change.routes === undefined && change.description === undefined) {
      throw invalid('Either the description or the routing configuration must be specified');
    }
    if (change.routes && this.#requireRoutes(change.routes).arn !== existing.machine) {
      throw invalid('Routing configuration must contain versions of the state machine that the alias is of');
    }
    return this.#put({ ...existing, ...change, updatedAt: this.#context.clock.now() });
  }

  alias(arn: string): AliasRecord | undefined {
    return this.#aliases.get(arn);
  }

  /** @throws AwsError ResourceNotFound */
  requireAlias(arn: string): AliasRecord {
    const alias = this.alias(arn);
    if (alias) return alias;
    throw new AwsError('ResourceNotFound', 'Request references a resource that does not exist.');
  }

  /** Of a machine, or of one of its versions. */
  aliasesOf(arn: string): AliasRecord[] {
    return this.#all().filter(
      ({ machine, routes }) => machine === arn || routes.some((route) => route.stateMachineVersionArn === arn),
    );
  }

  deleteAlias(arn: string): void {
    this.#aliases.delete(arn);
  }

  /** A machine that is deleted takes them along. */
  deleteAll(machineArn: string): void {
    for (const { arn } of this.aliasesOf(machineArn)) this.#aliases.delete(arn);
    for (const { arn } of this.of(machineArn)) this.#versions.delete(arn);
  }

  /** What a machine's own ARN, or that of a version or an alias leads to; undefined where there is no such thing. */
  resolve(arn: string): Target | undefined {
    const machine = this.#machines.of(arn);
    if (machine?.arn === arn) return { machine };
    const aliased = this.alias(arn);
    const version = this.version(aliased ? chosen(aliased.routes, this.#random()) : arn);
    return version && { machine: version.machine, versionArn: version.arn, ...(aliased && { aliasArn: arn }) };
  }

  #all(): AliasRecord[] {
    return this.#aliases.all().map(({ body }) => body);
  }

  #put(alias: AliasRecord): AliasRecord {
    this.#aliases.put(alias.arn, alias);
    return alias;
  }

  /** @returns the machine whose versions they are */
  #requireRoutes(routes: readonly Route[]): MachineRecord {
    requireWeights(routes);
    const arns = routes.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
    const received = `Received: [${arns.join(', ')}]`;
    if (arns.some((arn) => !/:\d+$/.test(arn) || arn.split(':').length !== 8)) {
      throw invalid(`Routing configuration must contain state machine version ARNs. ${received}`);
    }
    if (new Set(arns).size < arns.length) {
      throw invalid(`Routing configuration must contain distinct state machine version ARNs. ${received}`);
    }
    const versions = arns.map((arn) => this.version(arn));
    const machine = versions[0]?.machine;
    if (!machine || versions.includes(undefined)) {
      throw new AwsError('ResourceNotFound', 'Request references a resource that does not exist.');
    }
    if (versions.some((version) => version?.machine.arn !== machine.arn)) {
      throw invalid(`Routing configuration must contain versions of one state machine. ${received}`);
    }
    return machine;
  }
}

const requireWeights = (routes: readonly Route[]): void => {
  const name = 'routingConfiguration';
  if (routes.length === 0) throw validation(name, 'Member must have length greater than or equal to 1');
  if (routes.length > 2) throw validation(name, 'Member must have length less than or equal to 2');
  const weights = routes.map(({ weight }) => weight);
  for (const [index, weight] of weights.entries()) {
    const field = `${name}.${index + 1}.member.weight`;
    if (weight > 100) throw validation(field, 'Member must have value less than or equal to 100', weight);
    if (!(weight >= 0)) throw validation(field, 'Member must have value greater than or equal to 0', weight);
  }
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
    throw invalid(`Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`);
  }
};

/** One of the versions, as often as its weight says. @param at a number in [0, 1) */
const chosen = ([first, second]: readonly Route[], at: number): string =>
  (second && at * 100 >= (first?.weight ?? 0) ? second : first)?.stateMachineVersionArn ?? '';
