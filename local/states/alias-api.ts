import type { Sender } from '../identity/sender.ts';
import { type Input, type Output, optionalText, paged, pageOf } from './inputs.ts';
import type { Operation, StatesServices } from './states.ts';
import type { Route } from './versions.ts';

/** Operations on aliases: names that lead to versions. */
export class AliasApi {
  readonly #services: StatesServices;

  constructor(services: StatesServices) {
    this.#services = services;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return {
      CreateStateMachineAlias: (sender, input) => this.#create(sender, input),
      UpdateStateMachineAlias: (sender, input) => this.#update(sender, input),
      DescribeStateMachineAlias: (sender, input) => this.#describe(sender, input),
      ListStateMachineAliases: (sender, input) => this.#list(sender, input),
      DeleteStateMachineAlias: (sender, input) => this.#delete(sender, input),
    };
  }

  #create(sender: Sender, { name, description, routingConfiguration }: Input): Output {
    const { versions, context } = this.#services;
    const routes = routesOf(routingConfiguration);
    // The alias is a part of the machine whose versions it leads to.
    const machineArn = routes[0]?.stateMachineVersionArn.replace(/:\d+$/, '') ?? '*';
    this.#require(sender, 'states:CreateStateMachineAlias', machineArn);
    const alias = context.journal.transaction(() =>
      versions.createAlias(String(name), optionalText(description), routes),
    );
    return { stateMachineAliasArn: alias.arn, creationDate: alias.createdAt / 1000 };
  }

  #update(sender: Sender, { stateMachineAliasArn, description, routingConfiguration }: Input): Output {
    const { versions, context } = this.#services;
    this.#require(sender, 'states:UpdateStateMachineAlias', String(stateMachineAliasArn));
    const text = optionalText(description);
    const alias = context.journal.transaction(() =>
      versions.updateAlias(String(stateMachineAliasArn), {
        ...(text !== undefined && { description: text }),
        ...(routingConfiguration !== undefined && { routes: routesOf(routingConfiguration) }),
      }),
    );
    return { updateDate: alias.updatedAt / 1000 };
  }

  #describe(sender: Sender, { stateMachineAliasArn }: Input): Output {
    this.#require(sender, 'states:DescribeStateMachineAlias', String(stateMachineAliasArn));
    const alias = this.#services.versions.requireAlias(String(stateMachineAliasArn));
    return {
      stateMachineAliasArn: alias.arn,
      name: alias.name,
      ...(alias.description !== undefined && { description: alias.description }),
      routingConfiguration: alias.routes,
      creationDate: alias.createdAt / 1000,
      updateDate: alias.updatedAt / 1000,
    };
  }

  #list(sender: Sender, input: Input): Output {
    this.#require(sender, 'states:ListStateMachineAliases', String(input.stateMachineArn));
    const all = this.#services.versions
      .aliasesOf(String(input.stateMachineArn))
      .map(({ arn, createdAt }) => ({ stateMachineAliasArn: arn, creationDate: createdAt / 1000 }));
    return paged('stateMachineAliases', all, pageOf(input));
  }

  /** One that is gone already is no error. */
  #delete(sender: Sender, { stateMachineAliasArn }: Input): Output {
    this.#require(sender, 'states:DeleteStateMachineAlias', String(stateMachineAliasArn));
    this.#services.context.journal.transaction(() => this.#services.versions.deleteAlias(String(stateMachineAliasArn)));
    return {};
  }

  #require(sender: Sender, action: string, arn: string): void {
    this.#services.machines.require(sender, action, arn);
  }
}

const routesOf = (value: unknown): Route[] =>
  (Array.isArray(value) ? value : []).map((one: { stateMachineVersionArn?: unknown; weight?: unknown }) => ({
    stateMachineVersionArn: String(one?.stateMachineVersionArn),
    weight: Number(one?.weight),
  }));
