import { type Automaton, compileExpression, compileTexts } from '../kernel/automaton.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { clock, day, uuid } from '../looks.ts';

/*
 * Compiles what it knows of a JSON Schema into nodes for the kernel (layout: kernel/assembly/json.ts). A value under
 * anything else is for the host; so a schema may use all of JSON Schema, and is fast where it is plain.
 */

const types = { null: 1, boolean: 2, number: 4, integer: 8, string: 16, array: 32, object: 64 } as const;
const anyType = 127;
const host = 128;
const bounded = 256;
const closed = 512;
const nodeBytes = 80;
const propertyBytes = 12;
const mostRequired = 64;

/** Keywords that say nothing about what is valid. */
const silent =
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly'.split(' ');
const compiled =
  'type properties required additionalProperties items minItems maxItems minLength maxLength pattern enum const minimum maximum format'.split(
    ' ',
  );
const known = new Set([...silent, ...compiled]);

const offset = '(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])';
/** Texts that are surely of a format; others are for the host. */
const formats: Readonly<Record<string, string>> = {
  date: day,
  time: clock + offset,
  'date-time': `${day}T${clock}${offset}`,
  email: '[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*@[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)+',
  uuid,
};

type JsonSchema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class Nodes {
  readonly #kernel: Kernel;
  readonly #root: unknown;
  readonly #made = new Map<unknown, number>();

  constructor(kernel: Kernel, root: unknown) {
    this.#kernel = kernel;
    this.#root = root;
  }

  /** @returns the address of the whole schema's node; 0 for one that takes everything */
  compile(): number {
    return this.#node(this.#root);
  }

  #node(schema: unknown): number {
    if (schema === undefined || schema === true) return 0;
    const before = this.#made.get(schema);
    if (before !== undefined) return before;
    const address = this.#kernel.allocate(nodeBytes);
    this.#made.set(schema, address);
    if (isSchema(schema) && typeof schema.$ref === 'string') return this.#reference(schema, address);
    this.#write(address, isSchema(schema) && this.#isKnown(schema) ? this.#describe(schema, address) : host);
    return address;
  }

  /** A reference to something inside, and nothing besides. */
  #reference(schema: JsonSchema, address: number): number {
    const steps = typeof schema.$ref === 'string' ? /^#(\/[^%~]*)?$/.exec(schema.$ref) : null;
    const target = steps?.[1]
      ?.slice(1)
      .split('/')
      .reduce<unknown>((at, step) => (isSchema(at) ? at[step] : undefined), this.#root);
    const isAlone = Object.keys(schema).every((key) => key === '$ref' || key === 'title' || key === 'description');
    // Where it leads round in a circle, or nowhere, the host follows it.
    if (!isAlone || target === undefined || this.#made.has(target)) {
      this.#write(address, host);
      return address;
    }
    const node = this.#node(target);
    this.#made.set(schema, node);
    return node;
  }

  #isKnown(schema: JsonSchema): boolean {
    return Object.keys(schema).every((key) => known.has(key));
  }

  /** @returns the flags */
  #describe(schema: JsonSchema, address: number): number {
    const named = [schema.type ?? []].flat().map(String);
    let flags = named.length === 0 ? anyType : named.reduce((all, name) => all | (isType(name) ? types[name] : 0), 0);
    const automata = this.#automata(schema);
    if (!automata || !isSchema(schema.properties ?? {}) || schema.additionalProperties === null) return host;
    const values = textsOf(schema);
    // What is one of some texts is a text.
    if (values) flags &= types.string;
    else if (schema.enum !== undefined || schema.const !== undefined) return host;
    const isBounded = schema.minimum !== undefined || schema.maximum !== undefined;
    const { words } = this.#kernel;
    const word = address >> 2;
    words[word + 3] = numberOf(schema.minLength, 0);
    words[word + 4] = numberOf(schema.maxLength, 0xffff_ffff);
    words[word + 9] = numberOf(schema.minItems, 0);
    words[word + 10] = numberOf(schema.maxItems, 0xffff_ffff);
    this.#kernel.floats[(address >> 3) + 6] = numberOf(schema.minimum, Number.NEGATIVE_INFINITY);
    this.#kernel.floats[(address >> 3) + 7] = numberOf(schema.maximum, Number.POSITIVE_INFINITY);
    for (const [index, one] of automata.entries()) this.#put(word + 1 + index, this.#kernel.place(one));
    this.#put(word + 8, this.#node(schema.items));
    if (!this.#properties(schema, word)) return host;
    return flags | (isBounded ? bounded : 0) | (schema.additionalProperties === false ? closed : 0);
  }

  /** False when there are more than the kernel counts. */
  #properties({ properties, required, additionalProperties }: JsonSchema, word: number): boolean {
    const needed = Array.isArray(required) ? required.map(String) : [];
    const listed = isSchema(properties) ? Object.entries(properties) : [];
    // Those that must be there come first: only so many have a bit.
    const all = [
      ...listed,
      ...needed
        .filter((name) => !listed.some(([one]) => one === name))
        .map((name) => [name, additionalProperties] as const),
    ].sort(([a], [b]) => Number(needed.includes(b)) - Number(needed.includes(a)));
    if (needed.length > mostRequired) return false;
    const list = this.#kernel.allocate(Math.max(1, all.length) * propertyBytes);
    let required64 = 0n;
    for (const [index, [name, schema]] of all.entries()) {
      const bytes = new TextEncoder().encode(name);
      const address = this.#kernel.allocate(bytes.length);
      this.#kernel.bytes.set(bytes, address);
      const node = this.#node(schema === false ? {} : schema);
      this.#kernel.words.set(
        [address, bytes.length, schema === false ? this.#refusing() : node],
        (list + index * propertyBytes) >> 2,
      );
      if (needed.includes(name)) required64 |= 1n << BigInt(index);
    }
    this.#put(word + 5, list);
    this.#put(word + 6, all.length);
    const additional =
      additionalProperties === undefined || additionalProperties === true ? 0 : this.#node(additionalProperties);
    this.#put(word + 7, additionalProperties === false ? 0 : additional);
    this.#put(word + 16, Number(required64 & 0xffff_ffffn));
    this.#put(word + 17, Number(required64 >> 32n));
    return true;
  }

  #refusing(): number {
    const address = this.#kernel.allocate(nodeBytes);
    this.#write(address, host);
    return address;
  }

  /** Undefined when there are more than the kernel asks, or one that cannot be compiled. */
  #automata(schema: JsonSchema): readonly Automaton[] | undefined {
    const { pattern, format } = schema;
    const values = textsOf(schema);
    const wanted = [
      ...(values ? [compileTexts(values)] : []),
      ...(typeof pattern === 'string' ? [compileExpression(searching(pattern))] : []),
      ...(typeof format === 'string'
        ? [formats[format] === undefined ? undefined : compileExpression(formats[format])]
        : []),
    ];
    const compiled = wanted.filter((one) => one !== undefined);
    return compiled.length === wanted.length && compiled.length <= 2 ? compiled : undefined;
  }

  #write(address: number, flags: number): void {
    this.#put(address >> 2, flags);
  }

  #put(word: number, value: number): void {
    this.#kernel.words[word] = value;
  }
}

const isType = (name: string): name is keyof typeof types => Object.hasOwn(types, name);

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** The texts that an `enum` or `const` of texts allows. */
const textsOf = ({ enum: values, const: value }: JsonSchema): readonly string[] | undefined => {
  const all: unknown[] | undefined = Array.isArray(values) ? values : value === undefined ? undefined : [value];
  return all?.every((one) => typeof one === 'string') ? all : undefined;
};

/** A pattern of JSON Schema is found anywhere in a text, unless it says otherwise. */
const searching = (pattern: string): string => {
  const isAlternative = pattern.includes('|');
  const isFromStart = pattern.startsWith('^') && !isAlternative;
  const isToEnd = /(?<!\\)\$$/.test(pattern) && !isAlternative;
  const body = pattern.slice(isFromStart ? 1 : 0, isToEnd ? -1 : undefined);
  return `${isFromStart ? '' : '[\\s\\S]*'}(?:${body})${isToEnd ? '' : '[\\s\\S]*'}`;
};
