import { StartError, UnsupportedFeatureError } from '../errors.ts';

/**
 * Reads the resolved properties of one resource. Every property must be asked for: what nobody reads is refused, so
 * that nothing in a template is ignored in silence.
 */
export class Properties {
  readonly #where: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(where: string, values: Readonly<Record<string, unknown>>) {
    this.#where = where;
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#take(name);
    if (value === undefined) throw new UnsupportedFeatureError(this.#where, `no ${name}`);
    return String(value);
  }

  optionalText(name: string): string | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : String(value);
  }

  /** @param range what the service takes, both ends included @throws StartError */
  number(name: string, fallback: number, range?: readonly [least: number, most: number]): number {
    const value = Number(this.#take(name) ?? fallback);
    if (range === undefined || (value >= range[0] && value <= range[1])) return value;
    throw new StartError(`${this.#where}.${name}: got ${value}, allowed ${range[0]} to ${range[1]}`);
  }

  list(name: string): unknown[] {
    const value = this.#take(name) ?? [];
    return Array.isArray(value) ? value : [value];
  }

  /** A nested object, whose own properties must all be read as well; empty when absent. */
  nested(name: string): Properties {
    return new Properties(`${this.#where}.${name}`, asRecord(this.#take(name)));
  }

  record(name: string): Readonly<Record<string, unknown>> {
    return asRecord(this.#take(name));
  }

  /** Objects of a list. */
  items(name: string): Properties[] {
    return this.list(name).map((one, index) => new Properties(`${this.#where}.${name}[${index}]`, asRecord(one)));
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** Any shape, taken as it is. */
  any<T>(name: string): T {
    return JSON.parse(JSON.stringify(this.#take(name) ?? null));
  }

  /** Properties that are right to have and change nothing here; each is explained in local/README.md. */
  noted(...names: string[]): void {
    for (const name of names) this.#read.add(name);
  }

  /** @throws UnsupportedFeatureError when a property takes another value than the one that is always so here */
  always(name: string, ...allowed: unknown[]): void {
    const value = this.#take(name);
    if (value === undefined || allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) return;
    throw new UnsupportedFeatureError(this.#where, `${name}: ${JSON.stringify(value)}`);
  }

  /** Call when all is read. @throws UnsupportedFeatureError naming the first property that nobody read */
  done(): void {
    const left = Object.keys(this.#values).find((name) => !this.#read.has(name));
    if (left !== undefined) throw new UnsupportedFeatureError(this.#where, left);
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#values[name];
  }
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
