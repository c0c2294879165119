/** A JSON schema. Objects refuse unknown keys unless they say otherwise. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Properties = Readonly<Record<string, JsonSchema>>;

/** An object with these keys and no other. */
export function object(required: Properties, optional: Properties = {}): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** An object whose keys are names, all with the same kind of value. */
export function record(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

/** One of these shapes. */
export function oneOf(...shapes: readonly JsonSchema[]): JsonSchema {
  return { anyOf: shapes };
}

/** One of these words. */
export function word(...words: readonly string[]): JsonSchema {
  return { type: 'string', enum: words };
}

/** Adds what a value means, for the API's document. */
export function described(schema: JsonSchema, description: string): JsonSchema {
  return { ...schema, description };
}

export const text: JsonSchema = { type: 'string' };
export const number: JsonSchema = { type: 'number' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const flag: JsonSchema = { type: 'boolean' };
export const nothing: JsonSchema = { type: 'null' };
/** Milliseconds since 1970-01-01T00:00:00Z. */
export const time: JsonSchema = { type: 'number', description: 'Milliseconds since 1970-01-01T00:00:00Z.' };

/** A text of people's making, of bounded length. */
export function boundedText(lengthMax: number, lengthMin = 1): JsonSchema {
  return { type: 'string', minLength: lengthMin, maxLength: lengthMax };
}
