import { createHash } from 'node:crypto';
import { StartError, UnsupportedFeatureError } from '../errors.ts';
import type { Journal } from '../journal.ts';
import { Registry } from '../registry.ts';
import type { Assembly, Stack, TemplateResource } from './assembly.ts';
import { type Deployed, Resolver, references } from './intrinsics.ts';
import { Properties } from './properties.ts';

/** How a type of resource comes into being and goes. */
export interface ResourceType {
  /** Makes or updates it from resolved properties. */
  put(properties: Properties, names: { readonly logicalId: string; readonly physicalId: string }): Deployed;
  /** Takes it away; absent where data would be lost, so that it stays. */
  remove?(ref: string): void;
}

interface Known {
  readonly type: string;
  readonly ref: string;
  /** `DeletionPolicy: Retain` or `RetainExceptOnCreate`: it stays when it leaves the template. */
  readonly isRetained?: boolean;
}

/** A deployed stack, as DescribeStacks tells of it. */
export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  readonly outputs: Readonly<Record<string, string>>;
}

interface Settings {
  readonly journal: Journal;
  readonly types: Readonly<Record<string, ResourceType>>;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Brings the runtime to what the templates say: makes what is new, updates what is there, removes what is gone. All in
 * one transaction: a template that is refused changes nothing.
 *
 * @throws UnsupportedFeatureError `<logical id>: <property>`
 */
export const deploy = ({ stacks }: Assembly, { journal, types, parameters }: Settings): DeployedStack[] => {
  const known = new Registry<Known>(journal, 'stack-resource');
  return journal.transaction(() => {
    const deployed = stacks.map((stack) => deployStack(stack, { known, types, parameters }));
    const present = new Set(
      stacks.flatMap(({ name, template }) => Object.keys(template.Resources).map((id) => `${name}/${id}`)),
    );
    removeGone(known, present, types);
    return deployed;
  });
};

const deployStack = (
  { name: stackName, template }: Stack,
  { known, types, parameters }: Omit<Settings, 'journal'> & { known: Registry<Known> },
): DeployedStack => {
  const defaults = Object.entries(template.Parameters ?? {}).map(([name, one]) => [name, one.Default ?? ''] as const);
  const id = stackId(stackName, parameters);
  const own = [['AWS::StackName', stackName] as const, ['AWS::StackId', id] as const];
  const resolver = new Resolver(new Map([...defaults, ...parameters, ...own]));
  for (const logicalId of inOrder(template.Resources)) {
    const resource = template.Resources[logicalId];
    if (!resource) continue;
    const deployed = putResource(logicalId, resource, { resolver, types, stackName });
    resolver.add(logicalId, deployed);
    const isRetained = resource.DeletionPolicy?.startsWith('Retain') === true;
    known.put(`${stackName}/${logicalId}`, { type: resource.Type, ref: deployed.ref, isRetained });
  }
  const outputs = Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [
    name,
    String(resolver.resolve(`Outputs.${name}`, Value)),
  ]);
  return { name: stackName, id, outputs: Object.fromEntries(outputs) };
};

/** Ends in an id as on AWS; here it is the same for the same name. */
const stackId = (name: string, parameters: ReadonlyMap<string, string>): string => {
  const hash = createHash('sha256').update(name).digest('hex');
  const uuid = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join(
    '-',
  );
  return `arn:aws:cloudformation:${parameters.get('AWS::Region')}:${parameters.get('AWS::AccountId')}:stack/${name}/${uuid}`;
};

const putResource = (
  logicalId: string,
  resource: TemplateResource,
  { resolver, types, stackName }: { resolver: Resolver; types: Settings['types']; stackName: string },
): Deployed => {
  const type = types[resource.Type];
  if (!type) throw new UnsupportedFeatureError(logicalId, resource.Type);
  const values = resolver.resolve(logicalId, resource.Properties ?? {});
  const properties = new Properties(logicalId, Object.fromEntries(Object.entries(values ?? {})));
  // Tags change nothing here, whatever carries them.
  properties.noted('Tags');
  const deployed = type.put(properties, { logicalId, physicalId: `${stackName}-${logicalId}` });
  properties.done();
  return deployed;
};

const removeGone = (known: Registry<Known>, present: ReadonlySet<string>, types: Settings['types']): void => {
  const kept = new Set(
    known
      .all()
      .filter(({ name }) => present.has(name))
      .map(({ body }) => `${body.type} ${body.ref}`),
  );
  for (const { name, body } of known.all()) {
    if (present.has(name)) continue;
    if (!body.isRetained && !kept.has(`${body.type} ${body.ref}`)) types[body.type]?.remove?.(body.ref);
    known.delete(name);
  }
};

/** Dependencies first. @throws StartError on a cycle, as CloudFormation does */
const inOrder = (resources: Readonly<Record<string, TemplateResource>>): string[] => {
  const ordered: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, path: readonly string[]): void => {
    const resource = resources[id];
    if (!resource || state.get(id) === 'done') return;
    if (state.get(id) === 'open')
      throw new StartError(`Circular dependency between resources: [${[...path, id].join(', ')}]`);
    state.set(id, 'open');
    const needs = [...references(resource.Properties ?? {}), ...[resource.DependsOn ?? []].flat()];
    for (const need of needs) visit(need, [...path, id]);
    state.set(id, 'done');
    ordered.push(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return ordered;
};
