// The OpenAPI document of the HTTP interface, made from the schemas that the interface itself validates with.

import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';

import { type Operation, operations, type SchemaName, schemas } from './operations';

const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  // What a check means cannot be said in JSON Schema; a parameter's own name says it.
  ignoreActions: ['check'],
  overrideAction: ({ valibotAction, jsonSchema }) =>
    valibotAction.type === 'safe_integer' ? { ...jsonSchema, type: 'integer' } : undefined,
  overrideRef: ({ referenceId }) => ref(referenceId),
};

const ref = (name: string): string => `#/components/schemas/${name}`;

const bytes = {
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
};
const contentOf = (content: SchemaName | 'file') =>
  content === 'file' ? bytes : { 'application/json': { schema: { $ref: ref(content) } } };

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Operation) {
  if (!query) return [];
  const { properties, required } = toJsonSchema(query, { ...conversion, definitions: schemas });
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) === true,
    schema,
  }));
}

function describe(operationId: string, operation: Operation) {
  const { summary, isSecured, path, body, answers } = operation;
  const parameters = [...pathParameters(path), ...queryParameters(operation)];
  const responses = Object.entries(answers).map(
    ([status, { description, content }]) =>
      [status, { description, ...(content && { content: contentOf(content) }) }] as const,
  );
  return {
    operationId,
    summary,
    ...(isSecured && { security: [{ account: [] }, { key: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(responses),
  };
}

let made: string | undefined;

/** The document as JSON, always the same bytes; made when it is asked for the first time. */
export const openApiJson = (): string =>
  (made ??= JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'chat',
      version: '1',
      description:
        'Send messages and see who is here, from scripts. Accounts and their keys are made on the page.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      Object.entries(operations).map(([id, operation]: [string, Operation]) => [
        operation.path,
        { [operation.method.toLowerCase()]: describe(id, operation) },
      ]),
    ),
    components: {
      securitySchemes: {
        account: {
          type: 'http',
          scheme: 'Basic',
          description: 'The account as user name, a key or its password as password.',
        },
        key: {
          type: 'http',
          scheme: 'Bearer',
          description: 'A key of the account, which says whose it is.',
        },
      },
      schemas: toJsonSchemaDefs(schemas, conversion),
    },
  }));
