// The OpenAPI document of the HTTP interface, as the server itself serves it.

import { limits } from '../../protocol/limits';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const content = (name: string) => ({ 'application/json': { schema: ref(name) } });
const answer = (description: string, schema: string) => ({ description, content: content(schema) });
const refusal = (description: string) => answer(description, 'Refusal');

const refused = {
  '400': refusal('The request is not what this document says, or its body broke off.'),
  '401': refusal('No such account, or not its token.'),
  '503': refusal('Try again later.'),
};
const secured = [{ account: [] }];
const sent = answer('Stored: it will be delivered.', 'Sent');
const notFound = { '404': refusal('Nobody goes by that name.') };
const full = { '507': refusal('Too much waits for him, or the disk is full.') };

export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'chat',
    version: '1',
    description:
      'Send messages and see who is here, from scripts. Accounts and their tokens are made on the page.',
  },
  servers: [{ url: '/' }],
  paths: {
    '/api/health': {
      get: {
        operationId: 'health',
        summary: 'Whether the server serves',
        responses: { '200': answer('It does.', 'Health') },
      },
    },
    '/api/users': {
      get: {
        operationId: 'users',
        summary: 'Everybody who can be reached right now, in the order in which they came',
        security: secured,
        responses: {
          '200': answer('Who is here.', 'Users'),
          '401': refused['401'],
          '503': refused['503'],
        },
      },
    },
    '/api/messages': {
      post: {
        operationId: 'send',
        summary: 'Send a private message',
        security: secured,
        requestBody: { required: true, content: content('Letter') },
        responses: {
          '201': sent,
          ...refused,
          ...notFound,
          ...full,
          '413': refusal(`The text is longer than ${limits.hub.textBytes} bytes.`),
        },
      },
    },
    '/api/files': {
      post: {
        operationId: 'sendFile',
        summary: 'Send a file with a private message; the body is the file',
        security: secured,
        parameters: [
          { name: 'to', in: 'query', required: true, schema: { type: 'string' } },
          { name: 'name', in: 'query', required: true, schema: { type: 'string', maxLength: 255 } },
          { name: 'text', in: 'query', required: false, schema: { type: 'string' } },
          { name: 'key', in: 'query', required: false, schema: ref('Key') },
        ],
        requestBody: {
          required: true,
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
        responses: {
          '201': sent,
          ...refused,
          ...notFound,
          ...full,
          '411': refusal('Content-Length is missing.'),
          '413': refusal('The file or the text is too large.'),
        },
      },
    },
    '/api/downloads': {
      post: {
        operationId: 'claimFile',
        summary: 'An address, good once and for a minute, of a file that came with a message',
        security: secured,
        requestBody: { required: true, content: content('Claim') },
        responses: {
          '201': answer('Where to get it.', 'Download'),
          ...refused,
          '404': refusal('No such file, or it was taken already.'),
        },
      },
    },
    '/files/{ticket}': {
      get: {
        operationId: 'getFile',
        summary: 'The file itself; once the whole of it has left, the server forgets it',
        parameters: [{ name: 'ticket', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          '200': {
            description: 'Always a download, whatever the file holds.',
            content: {
              'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
            },
          },
          '404': refusal('No such ticket, or it was used.'),
          '503': refused['503'],
        },
      },
    },
  },
  components: {
    securitySchemes: {
      account: {
        type: 'http',
        scheme: 'Basic',
        description: 'The account as user name, its token as password.',
      },
    },
    schemas: {
      Health: {
        type: 'object',
        required: ['status'],
        properties: { status: { const: 'ok' } },
        additionalProperties: false,
      },
      Users: {
        type: 'object',
        required: ['users', 'count'],
        properties: {
          users: { type: 'array', items: ref('User'), maxItems: limits.web.jsonUsers },
          count: { type: 'integer', description: 'How many there are, listed or not.' },
        },
        additionalProperties: false,
      },
      User: {
        type: 'object',
        required: ['name', 'kind', 'door'],
        properties: {
          name: { type: 'string' },
          kind: { enum: ['account', 'guest'] },
          door: { type: 'string', description: 'The protocol by which he came.' },
        },
        additionalProperties: false,
      },
      Key: {
        type: 'string',
        minLength: 8,
        maxLength: 64,
        description: 'Your own: what is sent again under the same key within a day is sent once.',
      },
      Letter: {
        type: 'object',
        required: ['to', 'text'],
        properties: { to: { type: 'string' }, text: { type: 'string' }, key: ref('Key') },
        additionalProperties: false,
      },
      Sent: {
        type: 'object',
        required: ['id', 'serial', 'waiting'],
        properties: {
          id: { type: 'integer', minimum: 1, maximum: 4_294_967_295 },
          serial: { type: 'integer', description: 'Unique over the life of the server.' },
          waiting: { type: 'boolean', description: 'Nobody is there to take it now.' },
        },
        additionalProperties: false,
      },
      Claim: {
        type: 'object',
        required: ['from', 'id'],
        properties: { from: { type: 'string' }, id: { type: 'integer' } },
        additionalProperties: false,
      },
      Download: {
        type: 'object',
        required: ['url', 'name', 'size'],
        properties: {
          url: { type: 'string' },
          name: { type: 'string' },
          size: { type: 'integer' },
        },
        additionalProperties: false,
      },
      Refusal: {
        type: 'object',
        required: ['why'],
        properties: { why: { type: 'string' } },
        additionalProperties: false,
      },
    },
  },
} as const;
