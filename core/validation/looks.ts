/*
 * Patterns of what surely is a value, shared by the types of Table Schema and the formats of JSON Schema. What they do not
 * take (29 February) may still be one.
 */

/** A day of a month that every such month has. */
export const shortDay = '(0[1-9]|1[0-9]|2[0-8])';

/** Every day of the Gregorian calendar but 29 February. */
export const day = `[0-9]{4}-((0[1-9]|1[0-2])-${shortDay}|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)`;

/** `07:41:00`, with a fraction if wanted. */
export const clock = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?';

export const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
