import * as z from 'zod/mini';

/**
 * The part of Table Schema (Frictionless Data, https://specs.frictionlessdata.io/table-schema/) that Airlock checks.
 * A schema that uses anything else is refused when the feed is read, not when a file arrives.
 */
const constraints = z.strictObject({
  required: z.optional(z.boolean()),
  unique: z.optional(z.boolean()),
  minLength: z.optional(z.int().check(z.gte(0))),
  maxLength: z.optional(z.int().check(z.gte(0))),
  minimum: z.optional(z.union([z.number(), z.string()])),
  maximum: z.optional(z.union([z.number(), z.string()])),
  pattern: z.optional(z.string()),
  enum: z.optional(z.array(z.string()).check(z.minLength(1))),
});

const fieldTypes = ['string', 'integer', 'number', 'boolean', 'date', 'datetime', 'time', 'any'] as const;

const field = z.strictObject({
  name: z.string().check(z.minLength(1)),
  type: z._default(z.enum(fieldTypes), 'string'),
  title: z.optional(z.string()),
  description: z.optional(z.string()),
  example: z.optional(z.string()),
  constraints: z.optional(constraints),
});

export const tableSchema = z.strictObject({
  $schema: z.optional(z.string()),
  fields: z.array(field).check(z.minLength(1)),
  missingValues: z._default(z.array(z.string()), ['']),
  primaryKey: z.optional(z.union([z.string(), z.array(z.string()).check(z.minLength(1))])),
});

export type TableSchema = z.infer<typeof tableSchema>;
export type TableField = TableSchema['fields'][number];

/** What a well-formed schema can still get wrong, in words. */
export const tableSchemaProblems = (schema: TableSchema): string[] => {
  const names = schema.fields.map((one) => one.name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const keys = primaryKeyOf(schema).filter((key) => !names.includes(key));
  const patterns = schema.fields.flatMap((one) => patternProblem(one));
  return [
    ...twice.map((name) => `field "${name}" is named twice`),
    ...keys.map((key) => `primaryKey names "${key}", which is no field`),
    ...patterns,
  ];
};

export const primaryKeyOf = (schema: TableSchema): readonly string[] =>
  typeof schema.primaryKey === 'string' ? [schema.primaryKey] : (schema.primaryKey ?? []);

const patternProblem = ({ name, constraints: rules }: TableField): string[] => {
  if (rules?.pattern === undefined) return [];
  try {
    new RegExp(rules.pattern, 'u');
    return [];
  } catch {
    return [`field "${name}": pattern ${rules.pattern} is no regular expression`];
  }
};
