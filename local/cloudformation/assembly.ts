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

/** A synthesized stack: its template, and where its assets lie. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** Folder of an asset by the object key under which it would be uploaded. */
  assetFolder(objectKey: string): string | undefined;
}

/** Loads a CDK cloud assembly with one stack. @throws StartError when there is none */
export const loadAssembly = (folder: string): Assembly => {
  const manifest = readJson<Manifest>(join(folder, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts ?? {}).filter(([, one]) => one.type === 'aws:cloudformation:stack');
  const [stack, ...others] = stacks;
  if (!stack || others.length > 0) {
    throw new StartError(`${folder} must hold exactly one stack, got ${stacks.length}; synthesize one stage at a time`);
  }
  const [stackName, artifact] = stack;
  const template = readJson<Template>(join(folder, artifact.properties?.templateFile ?? ''));
  const assets = readJson<AssetManifest>(join(folder, `${stackName}.assets.json`));
  const folders = new Map(
    Object.values(assets.files ?? {}).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(folder, source.path)] as const),
    ),
  );
  return { stackName, template, assetFolder: (objectKey) => folders.get(objectKey) };
};

interface Manifest {
  readonly artifacts?: Readonly<
    Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string } }>
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
