// As much of JSON Schema as the OpenAPI document uses: says what does not fit, and refuses a keyword it does not know.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly description?: string;
  readonly format?: string;
}

const known = new Set(
  '$ref type const enum required properties additionalProperties items maxItems minimum maximum minLength maxLength description format'.split(
    ' ',
  ),
);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
};

/** What is wrong with a value, one line each; nothing if it fits. */
export function fits(
  value: unknown,
  schema: Schema,
  named: Readonly<Record<string, Schema>>,
  at = '',
): string[] {
  const strange = Object.keys(schema).filter((keyword) => !known.has(keyword));
  if (strange.length > 0) throw new Error(`unknown keywords: ${strange.join()}`);
  if (schema.$ref !== undefined) {
    const target = named[schema.$ref.replace('#/components/schemas/', '')];
    return target ? fits(value, target, named, at) : [`${at}: no ${schema.$ref}`];
  }
  const wrong: string[] = [];
  const must = (isRight: boolean, what: string): void => {
    if (!isRight) wrong.push(`${at}: ${what}: ${JSON.stringify(value)}`);
  };
  if (schema.type !== undefined) must(types[schema.type]?.(value) === true, `no ${schema.type}`);
  if ('const' in schema) must(value === schema.const, `not ${String(schema.const)}`);
  if (schema.enum) must(schema.enum.includes(value), `none of ${schema.enum.join()}`);
  if (typeof value === 'number') {
    must(value >= (schema.minimum ?? -Infinity), 'too small');
    must(value <= (schema.maximum ?? Infinity), 'too large');
  }
  if (typeof value === 'string') {
    must(value.length >= (schema.minLength ?? 0), 'too short');
    must(value.length <= (schema.maxLength ?? Infinity), 'too long');
  }
  const { items } = schema;
  if (Array.isArray(value)) must(value.length <= (schema.maxItems ?? Infinity), 'too many');
  if (Array.isArray(value) && items) {
    value.forEach((item, index) => wrong.push(...fits(item, items, named, `${at}[${index}]`)));
  }
  if (schema.type === 'object' && typeof value === 'object' && value !== null) {
    for (const name of schema.required ?? []) must(name in value, `no ${name}`);
    for (const [name, inner] of Object.entries(value)) {
      const property = schema.properties?.[name];
      if (property) wrong.push(...fits(inner, property, named, `${at}.${name}`));
      else must(schema.additionalProperties !== false, `a surplus ${name}`);
    }
  }
  return wrong;
}
