/** One thing that is wrong with a definition, as ValidateStateMachineDefinition tells it. */
export interface Diagnostic {
  readonly code:
    | 'INVALID_JSON_DESCRIPTION'
    | 'SCHEMA_VALIDATION_FAILED'
    | 'MISSING_TRANSITION_TARGET'
    | 'MISSING_END_STATE'
    | 'INVALID_STATE_NAME'
    | 'DUPLICATE_STATE_NAME'
    | 'INVALID_JSONATA_EXPRESSION'
    | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
  /** `/States/Wait/Seconds` */
  readonly location?: string;
}

/** An object of a definition that was not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields of the other query language. */
const jsonPathOnly = [
  ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector', 'Result', 'ItemsPath', 'ErrorPath'],
  ...['TimeoutSecondsPath', 'HeartbeatSecondsPath', 'SecondsPath', 'TimestampPath', 'MaxConcurrencyPath', 'CausePath'],
  ...['ToleratedFailurePercentagePath', 'ToleratedFailureCountPath', 'Variable'],
];

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checks of single fields, and what they found. */
export class FieldChecks {
  readonly found: Diagnostic[] = [];

  protected say(message: string, location: string, code: Diagnostic['code'] = 'SCHEMA_VALIDATION_FAILED'): void {
    this.found.push({ code, message, location: location === '' ? '/' : location });
  }

  protected required(fields: Fields, names: readonly string[], at: string): void {
    const missing = names.filter((name) => fields[name] === undefined);
    if (missing.length > 0) this.say(`These fields are required: [${missing.join(', ')}]`, at);
  }

  protected known(fields: Fields, names: readonly string[], at: string): void {
    for (const field of Object.keys(fields).filter((name) => !names.includes(name))) {
      const isOther = jsonPathOnly.includes(field);
      const why = `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`;
      this.say(isOther ? why : `Field '${field}' is not supported`, `${at}/${field}`);
    }
  }

  protected only(fields: Fields, names: readonly string[], at: string): void {
    const given = names.filter((name) => (name === 'End' ? fields.End === true : fields[name] !== undefined));
    const list = `of the following fields: [${names.join(', ')}]`;
    if (given.length === 0) this.say(`This object should have only one ${list}`, at);
    if (given.length > 1) this.say(`There should only be one ${list}`, at);
  }

  protected oneOf(fields: Fields, field: string, allowed: readonly string[], at: string): boolean {
    const value = fields[field];
    const isFine = value === undefined || allowed.includes(String(value));
    if (!isFine) this.say(`Value should be one of the following: [${allowed.join(', ')}]`, `${at}/${field}`);
    return isFine;
  }

  /** A whole number in a range; an expression is looked at when it is evaluated. */
  protected whole(fields: Fields, field: string, { min, max }: { min: number; max?: number }, at: string): void {
    const value = fields[field];
    if (value === undefined || (typeof value === 'string' && value.startsWith('{%'))) return;
    const place = `${at}/${field}`;
    if (typeof value !== 'number' || !Number.isInteger(value)) this.say('Expected value of type Integer', place);
    else if (value < min) this.say(`Minimum value is ${min}`, place);
    else if (max !== undefined && value > max) this.say(`Maximum value is ${max}`, place);
  }

  protected least(fields: Fields, field: string, min: number, at: string): void {
    const value = fields[field];
    if (value === undefined) return;
    if (typeof value !== 'number') this.say('Expected value of type Number', `${at}/${field}`);
    else if (value < min) this.say(`Minimum value is ${min}`, `${at}/${field}`);
  }

  protected filled(fields: Fields, field: string, at: string): void {
    const value = fields[field];
    if (value !== undefined && !Array.isArray(value)) this.say('Expected value of type Array', `${at}/${field}`);
    if (Array.isArray(value) && value.length === 0) this.say('Value cannot be empty', `${at}/${field}`);
  }

  protected items(fields: Fields, field: string, at: string): [Fields, string][] {
    const value = fields[field];
    const list: unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((one, index): [Fields, string][] => (isObject(one) ? [[one, `${at}/${field}[${index}]`]] : []));
  }
}
