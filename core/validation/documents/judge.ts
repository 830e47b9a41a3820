import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import type { Params } from '../catalog.ts';
import type { Findings, Place } from '../findings.ts';

/** Errors that only say that there is one further inside; a property that may not be is told by the `false` it meets. */
const wrappers = new Set([
  'properties',
  'items',
  'prefixItems',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
  '$ref',
  '$defs',
  'allOf',
  'if',
  'then',
  'else',
  'dependentSchemas',
]);

/** More than these of one record tell nothing new. */
const mostOfRecord = 10;

type JsonSchemaId =
  | 'type'
  | 'required'
  | 'unexpected'
  | 'enum'
  | 'minimum'
  | 'maximum'
  | 'pattern'
  | 'format'
  | 'other';

/** Judges a parsed document by the whole of JSON Schema (2020-12; formats are asserted). */
export class DocumentJudge {
  readonly #validator: Validator | undefined;
  readonly #schema: unknown;
  readonly #findings: Findings;

  constructor(schema: unknown, findings: Findings) {
    this.#schema = schema;
    this.#findings = findings;
    const usable = schema as Schema | boolean | undefined;
    this.#validator = usable === undefined ? undefined : new Validator(usable, '2020-12', false);
  }

  judge(document: unknown, place: Place): void {
    if (!this.#validator) return;
    const { valid, errors } = this.#validate(this.#validator, document);
    if (valid) return;
    const leaves = errors.filter(({ keyword }) => !wrappers.has(keyword));
    for (const error of (leaves.length > 0 ? leaves : errors).slice(0, mostOfRecord)) this.#add(error, document, place);
  }

  #validate(validator: Validator, document: unknown): Pick<ReturnType<Validator['validate']>, 'valid' | 'errors'> {
    try {
      return validator.validate(document);
    } catch (error) {
      // It writes names into addresses, and half a character has none.
      if (!(error instanceof URIError)) throw error;
      const instanceLocation = '#';
      return { valid: false, errors: [{ keyword: 'name', keywordLocation: '#', instanceLocation, error: '' }] };
    }
  }

  #add(error: OutputUnit, document: unknown, place: Place): void {
    const { id, params } = this.#said(error);
    const pointer = pointerOf(error.instanceLocation);
    const column = pathOf(pointer);
    const value = valueAt(document, pointer);
    const got = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    this.#findings.add(`json.schema#${id}`, params, { ...place, ...(column !== '' && { column }) }, got);
  }

  #said({ keyword, keywordLocation, instanceLocation, error }: OutputUnit): { id: JsonSchemaId; params: Params } {
    const wanted = valueAt(this.#schema, pointerOf(keywordLocation));
    const named = /"([^"]*)"/.exec(error)?.[1] ?? '';
    // Behind a reference the place in the schema leads nowhere: then the library's own words name what it wants.
    const expected = /Expected "([^"]+)"/.exec(error)?.[1] ?? keyword;
    const text = typeof wanted === 'string' ? wanted : (JSON.stringify(wanted) ?? expected);
    switch (keyword) {
      case 'type':
        return { id: 'type', params: { wanted: Array.isArray(wanted) ? wanted.join(', ') : text } };
      case 'required':
        return { id: 'required', params: { wanted: named } };
      case 'false':
        return instanceLocation === '#'
          ? { id: 'other', params: { wanted: 'nothing' } }
          : { id: 'unexpected', params: { found: stepsOf(pointerOf(instanceLocation)).at(-1) ?? '' } };
      case 'enum':
        return { id: 'enum', params: { wanted: Array.isArray(wanted) ? wanted.join(', ') : text } };
      case 'const':
        return { id: 'enum', params: { wanted: text } };
      case 'minimum':
      case 'exclusiveMinimum':
        return { id: 'minimum', params: { wanted: text } };
      case 'maximum':
      case 'exclusiveMaximum':
        return { id: 'maximum', params: { wanted: text } };
      case 'pattern':
        return { id: 'pattern', params: { wanted: text } };
      case 'format':
        return { id: 'format', params: { wanted: text } };
      default:
        return { id: 'other', params: { wanted: `${keyword} ${text}`.slice(0, 120) } };
    }
  }
}

const pointerOf = (location: string): string => location.replace(/^#\/?/, '');

/** `items/0/price` → `items[0].price` */
const pathOf = (pointer: string): string =>
  stepsOf(pointer).reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');

const stepsOf = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer.split('/').map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));

const valueAt = (document: unknown, pointer: string): unknown =>
  stepsOf(pointer).reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    document,
  );
