import * as z from 'zod/mini';

/**
 * Table Schema (Frictionless Data, https://datapackage.org/standard/table-schema/, 1.0 and the parts of 2.0 named here).
 * A schema that uses anything else is refused when the feed is read, not when a file arrives.
 */
const bound = z.union([z.number(), z.string()]);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const constraints = z.strictObject({
  required: z.optional(z.boolean()),
  unique: z.optional(z.boolean()),
  minLength: z.optional(z.int().check(z.gte(0))),
  maxLength: z.optional(z.int().check(z.gte(0))),
  minimum: z.optional(bound),
  maximum: z.optional(bound),
  exclusiveMinimum: z.optional(bound),
  exclusiveMaximum: z.optional(bound),
  pattern: z.optional(z.string()),
  enum: z.optional(z.array(scalar).check(z.minLength(1))),
});

export const fieldTypes = [
  'string',
  'integer',
  'number',
  'boolean',
  'date',
  'datetime',
  'time',
  'year',
  'yearmonth',
  'duration',
  'geopoint',
  'geojson',
  'object',
  'array',
  'any',
] as const;
export type FieldType = (typeof fieldTypes)[number];

const field = z.strictObject({
  name: z.string().check(z.minLength(1)),
  type: z._default(z.enum(fieldTypes), 'string'),
  format: z.optional(z.string()),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  example: z.optional(z.string()),
  rdfType: z.optional(z.string()),
  decimalChar: z.optional(z.string().check(z.length(1))),
  groupChar: z.optional(z.string().check(z.length(1))),
  bareNumber: z.optional(z.boolean()),
  trueValues: z.optional(z.array(z.string()).check(z.minLength(1))),
  falseValues: z.optional(z.array(z.string()).check(z.minLength(1))),
  constraints: z.optional(constraints),
});

const names = z.union([z.string(), z.array(z.string()).check(z.minLength(1))]);

const foreignKey = z.strictObject({
  fields: names,
  /** `resource`: the name of a CSV file beside the feed. */
  reference: z.strictObject({ resource: z.string().check(z.regex(/^[A-Za-z0-9._-]+\.csv$/)), fields: names }),
  /** The values of the reference file; filled in when the feed is read. */
  values: z.optional(z.array(z.string())),
});

/** Which columns a file may have (https://datapackage.org/standard/table-schema/#fieldsMatch); `exact` without it. */
const fieldsMatch = ['exact', 'equal', 'subset', 'superset', 'partial'] as const;

export const tableSchema = z.strictObject({
  $schema: z.optional(z.string()),
  fields: z.array(field).check(z.minLength(1)),
  fieldsMatch: z.optional(z.enum(fieldsMatch)),
  missingValues: z._default(z.array(z.string()), ['']),
  primaryKey: z.optional(names),
  foreignKeys: z.optional(z.array(foreignKey)),
});

export type TableSchema = z.infer<typeof tableSchema>;
export type TableField = TableSchema['fields'][number];
export type ForeignKey = NonNullable<TableSchema['foreignKeys']>[number];

/** One name or several, as a list. */
export const namesOf = (one: string | readonly string[] | undefined): readonly string[] =>
  typeof one === 'string' ? [one] : (one ?? []);

export const primaryKeyOf = (schema: TableSchema): readonly string[] => namesOf(schema.primaryKey);

const formats: Readonly<Partial<Record<FieldType, RegExp>>> = {
  string: /^(default|email|uri|binary|uuid)$/,
  date: /^(default|any|(?=.*%d)(?=.*%m)(?=.*%[Yy])([^%]|%[dmYy%])*)$/,
  datetime: /^(default|any|([^%]|%[dmYyHMSfz%])*)$/,
  time: /^(default|any|([^%]|%[HMSf%])*)$/,
  geopoint: /^(default|array|object)$/,
  geojson: /^(default)$/,
};

/** What a well-formed schema can still get wrong, in words. */
export const tableSchemaProblems = (schema: TableSchema): string[] => {
  const known = schema.fields.map((one) => one.name);
  const twice = known.filter((name, index) => known.indexOf(name) !== index);
  const keys = primaryKeyOf(schema).filter((key) => !known.includes(key));
  const foreign = (schema.foreignKeys ?? []).flatMap(({ fields, reference }) => [
    ...namesOf(fields)
      .filter((name) => !known.includes(name))
      .map((name) => `foreignKeys names "${name}", which is no field`),
    ...(namesOf(fields).length === 1 && namesOf(reference.fields).length === 1
      ? []
      : [`foreignKeys: ${namesOf(fields).join(', ')}: only keys of one column are checked`]),
  ]);
  return [
    ...twice.map((name) => `field "${name}" is named twice`),
    ...keys.map((key) => `primaryKey names "${key}", which is no field`),
    ...foreign,
    ...schema.fields.flatMap((one) => [...patternProblem(one), ...formatProblem(one), ...boundProblem(one)]),
  ];
};

const patternProblem = ({ name, constraints: rules }: TableField): string[] => {
  if (rules?.pattern === undefined) return [];
  try {
    new RegExp(rules.pattern, 'u');
    return [];
  } catch {
    return [`field "${name}": pattern ${rules.pattern} is no regular expression`];
  }
};

const formatProblem = ({ name, type, format }: TableField): string[] => {
  const directives = format?.match(/%[A-Za-z]/g) ?? [];
  const isOnce = new Set(directives).size === directives.length;
  if (format === undefined || format === 'default' || (isOnce && (formats[type] ?? /^default$/).test(format)))
    return [];
  return [`field "${name}": format ${format} is none that a ${type} takes here`];
};

const ordered: readonly FieldType[] = ['integer', 'number', 'date', 'datetime', 'time', 'year', 'yearmonth'];

/** How bounds are written, whatever the format of the field. */
const boundForms: Readonly<Partial<Record<FieldType, RegExp>>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  datetime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/,
  time: /^\d{2}:\d{2}:\d{2}$/,
  yearmonth: /^\d{4}-\d{2}$/,
};

const boundProblem = ({ name, type, constraints: rules = {} }: TableField): string[] => {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = rules;
  const bounds = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].filter((one) => one !== undefined);
  if (bounds.length === 0) return [];
  if (!ordered.includes(type)) return [`field "${name}": a ${type} has no minimum and maximum`];
  const isNumeric = type === 'integer' || type === 'number';
  return bounds
    .filter((one) =>
      isNumeric || type === 'year' ? Number.isNaN(Number(one)) : !(boundForms[type]?.test(String(one)) ?? true),
    )
    .map((one) => `field "${name}": ${one} is no bound for a ${type}`);
};
