import { UnsupportedFeatureError } from '../errors.ts';

/** What a deployed resource answers to `Ref` and `Fn::GetAtt`. */
export interface Deployed {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export type Json = unknown;

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Resolves CloudFormation's intrinsic functions against what is already deployed. */
export class Resolver {
  readonly #resources = new Map<string, Deployed>();
  readonly #parameters: ReadonlyMap<string, string>;

  /** @param parameters pseudo parameters and template parameters */
  constructor(parameters: ReadonlyMap<string, string>) {
    this.#parameters = parameters;
  }

  add(logicalId: string, deployed: Deployed): void {
    this.#resources.set(logicalId, deployed);
  }

  /** @throws UnsupportedFeatureError for an unknown function or reference */
  resolve(where: string, value: Json): Json {
    if (Array.isArray(value)) return value.map((one) => this.resolve(where, one));
    if (!isObject(value)) return value;
    const [name = '', argument, more] =
      [...Object.keys(value), ...Object.values(value)].length === 2
        ? [Object.keys(value)[0], Object.values(value)[0]]
        : ['', undefined, true];
    if (!more && (name === 'Ref' || name.startsWith('Fn::'))) return this.#call(where, name, argument);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.resolve(where, one)]));
  }

  #call(where: string, name: string, argument: Json): Json {
    switch (name) {
      case 'Ref':
        return this.#ref(where, String(argument));
      case 'Fn::GetAtt': {
        const [id = '', ...attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
        const found = this.#resources.get(id)?.attributes[attribute.join('.')];
        if (found === undefined) throw new UnsupportedFeatureError(where, `Fn::GetAtt ${id}.${attribute.join('.')}`);
        return found;
      }
      case 'Fn::Join': {
        const [separator, parts] = this.#list(where, argument);
        return this.#list(where, parts).map(String).join(String(separator));
      }
      case 'Fn::Sub':
        return this.#substitute(where, argument);
      case 'Fn::Select': {
        const [index, list] = this.#list(where, argument);
        return this.#list(where, list)[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = this.#list(where, argument);
        return String(text).split(String(separator));
      }
      default:
        throw new UnsupportedFeatureError(where, name);
    }
  }

  #ref(where: string, name: string): string {
    const found = this.#resources.get(name)?.ref ?? this.#parameters.get(name);
    if (found === undefined) throw new UnsupportedFeatureError(where, `Ref ${name}`);
    return found;
  }

  #substitute(where: string, argument: Json): string {
    const [template, own] = Array.isArray(argument) ? argument : [argument, {}];
    const values = isObject(own) ? own : {};
    return String(template).replaceAll(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (name in values) return String(this.resolve(where, values[name]));
      return String(name.includes('.') ? this.#call(where, 'Fn::GetAtt', name) : this.#ref(where, name));
    });
  }

  #list(where: string, argument: Json): Json[] {
    const resolved = this.resolve(where, argument);
    if (!Array.isArray(resolved)) throw new UnsupportedFeatureError(where, 'an intrinsic function without its list');
    return resolved;
  }
}

/** Logical ids that a value refers to, for the order of deployment. */
export const references = (value: Json): string[] => {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name === 'Ref') return [String(one)];
    if (name === 'Fn::GetAtt') return [Array.isArray(one) ? String(one[0]) : (String(one).split('.')[0] ?? '')];
    if (name === 'Fn::Sub') {
      const text = Array.isArray(one) ? String(one[0]) : String(one);
      const names = [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].map((match) => match[1] ?? '');
      return [...names, ...references(one)];
    }
    return references(one);
  });
};
