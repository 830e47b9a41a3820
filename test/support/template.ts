import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { checkEverySynth } from '../../infra/compliance/packs.ts';
import type { Settings } from '../../infra/config.ts';
import { functionNames } from '../../infra/constructs/function-table.ts';
import { UploadStack } from '../../infra/upload-stack.ts';
import { temporaryFolder } from './airlock.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties have the shape of their type, and a test reads a few of them
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | readonly string[];
}

/** A statement of any policy, with the logical id of the resource that carries it. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Principal?: unknown;
}

/** The templates of an app. */
export class Templates {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly byStack: Readonly<Record<string, Readonly<Record<string, Resource>>>>;

  constructor(byStack: Readonly<Record<string, { Resources: Readonly<Record<string, Resource>> }>>) {
    this.byStack = Object.fromEntries(Object.entries(byStack).map(([name, { Resources }]) => [name, Resources]));
    this.resources = Object.assign({}, ...Object.values(this.byStack));
  }

  all(type: string): Resource[] {
    return this.entries(type).map(([, resource]) => resource);
  }

  entries(type: string): [logicalId: string, resource: Resource][] {
    return Object.entries(this.resources).filter(([, { Type }]) => Type === type);
  }

  /** The only resource of a type whose logical id begins like this. */
  one(type: string, prefix: string): Resource {
    const [found, ...others] = this.entries(type).filter(([id]) => id.startsWith(prefix));
    if (!found || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} ${type} begin with ${prefix}`);
    return found[1];
  }

  /** Statements of every policy of a type, by the policy's logical id. */
  statements(type: 'AWS::IAM::Policy' | 'AWS::S3::BucketPolicy'): [policy: string, statement: PolicyStatement][] {
    return this.entries(type).flatMap(([id, { Properties }]) =>
      [Properties.PolicyDocument.Statement].flat().map((one): [string, PolicyStatement] => [id, one]),
    );
  }
}

/** An app in this process, with functions that do nothing: for tests of what is around them. */
export const appWith = (settings: Settings, feeds = loadFeeds('test/feeds')): App => {
  const app = new App({
    outdir: temporaryFolder(),
    stackTraces: false,
    builtinCloudFormationValidation: false,
    context: { '@aws-cdk/core:failSynthOnValidationErrors': false },
  });
  checkEverySynth(app);
  new UploadStack(app, `Airlock-${settings.stage ?? 'dev'}`, {
    ...settings,
    feeds,
    codeOf: emptyCode(),
  });
  return app;
};

export const templatesOf = (app: App): Templates =>
  new Templates(Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template])));

export const synthesize = (settings: Settings = {}): Templates => templatesOf(appWith(settings));

/** Functions that do nothing. */
export const emptyCode = (): ((handler: string) => string) => {
  const folder = temporaryFolder();
  for (const name of functionNames) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.cjs'), `exports.handler = async () => '${name}';\n`);
  }
  return (name) => join(folder, name);
};

/** As many feeds as one likes, each valid and different. */
export const manyFeeds = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const [first] = loadFeeds('test/feeds');
    return resolvedFeed.parse({ ...first, partner: `partner-${index % 100}`, feed: `feed-${index}` });
  });
