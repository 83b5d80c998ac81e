/** OpenAPI 3.1 knows no `nullable`: null is one of the types (JSON Schema 2020-12). */
export function withNullTypes<T>(node: T): T {
  if (Array.isArray(node)) return node.map((item: unknown) => withNullTypes(item)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, name === 'example' ? value : withNullTypes<unknown>(value)]),
  );
  return (nullable === true ? nullableSchema(rest) : rest) as T;
}

function nullableSchema(schema: Record<string, unknown>): Record<string, unknown> {
  const { type, enum: values, allOf, $ref, ...rest } = schema;
  if (typeof type === 'string')
    return { ...rest, type: [type, 'null'], ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }) };
  if (allOf !== undefined) return { ...rest, anyOf: [...(allOf as unknown[]), { type: 'null' }] };
  if ($ref !== undefined) return { ...rest, anyOf: [{ $ref }, { type: 'null' }] };
  return schema;
}
