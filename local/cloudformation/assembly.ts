import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../errors.ts';

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: string }>>;
}

export interface Stack {
  readonly name: string;
  readonly template: Template;
}

/** A synthesized app: its stacks, each after those it depends on, and where its assets lie. */
export interface Assembly {
  readonly stacks: readonly Stack[];
  /** Folder of an asset by the object key under which it would be uploaded. */
  assetFolder(objectKey: string): string | undefined;
}

/** Loads a CDK cloud assembly. @throws StartError when it has no stack, or cannot be read */
export const loadAssembly = (folder: string): Assembly => {
  const { artifacts = {} } = readJson<Manifest>(join(folder, 'manifest.json'));
  const ids = Object.keys(artifacts).filter((id) => artifacts[id]?.type === stackType);
  if (ids.length === 0) throw new StartError(`${folder} must hold a stack, got none; run npm run synth`);
  const ordered = dependenciesFirst(ids, (id) => artifacts[id]?.dependencies ?? []);
  const files = ordered.flatMap((id) => readAssets(folder, id));
  const folders = new Map(files);
  return {
    stacks: ordered.map((id) => {
      const { stackName = id, templateFile = '' } = artifacts[id]?.properties ?? {};
      return { name: stackName, template: readJson<Template>(join(folder, templateFile)) };
    }),
    assetFolder: (objectKey) => folders.get(objectKey),
  };
};

const stackType = 'aws:cloudformation:stack';

const dependenciesFirst = (ids: readonly string[], needs: (id: string) => readonly string[]): string[] => {
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    if (ordered.has(id) || !ids.includes(id)) return;
    for (const need of needs(id)) visit(need);
    ordered.add(id);
  };
  for (const id of ids) visit(id);
  return [...ordered];
};

const readAssets = (folder: string, id: string): [objectKey: string, folder: string][] => {
  const { files = {} } = readJson<AssetManifest>(join(folder, `${id}.assets.json`));
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).map(({ objectKey }): [string, string] => [objectKey, join(folder, source.path)]),
  );
};

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly dependencies?: readonly string[];
        readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
      }
    >
  >;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

const readJson = <T>(path: string): T => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartError(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}; run npm run synth`,
    );
  }
};
