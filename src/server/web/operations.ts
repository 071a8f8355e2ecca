// The HTTP interface as one table: the server routes and validates by it, and the OpenAPI document is made from it.

import type { GenericSchema, ObjectEntries, StrictObjectSchema } from 'valibot';

import { limits } from '../../protocol/limits';
import * as http from '../../protocol/web/wire/http';

/** The schemas by the names that the document gives them; one that stands in another is referred to. */
export const schemas = {
  Health: http.health,
  Users: http.users,
  User: http.user,
  Key: http.key,
  Message: http.message,
  Sent: http.sent,
  Claim: http.claim,
  Download: http.download,
  Conversation: http.conversation,
  Reaction: http.reaction,
  Entry: http.entry,
  HistoryPage: http.historyPage,
  ConversationList: http.conversationList,
  SearchResult: http.searchResult,
  Refusal: http.refusal,
} satisfies Record<string, GenericSchema>;

export type SchemaName = keyof typeof schemas;

interface Answer {
  readonly description: string;
  /** Of JSON, or `file` for bytes of no type. None: an empty answer. */
  readonly content?: SchemaName | 'file';
}

export interface Operation {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it: `{name}` stands for one part of the path. */
  readonly path: string;
  readonly summary: string;
  /** Only with an account's credential. */
  readonly isSecured: boolean;
  readonly query?: StrictObjectSchema<ObjectEntries, undefined>;
  readonly body?: SchemaName | 'file';
  /** By HTTP status. */
  readonly answers: Readonly<Record<number, Answer>>;
}

const json = (content: SchemaName, description: string): Answer => ({ description, content });
const refusal = (description: string): Answer => json('Refusal', description);

const badRequest = refusal('The request is not what this document says, or its body broke off.');
const notAllowed = refusal('No such account, or not its key or password.');
const unavailable = refusal('Try again later.');
const tooOften = refusal('This account or address asks too often; `Retry-After` says when again.');
const sent = json('Sent', 'Stored: it will be delivered.');
const notFound = refusal('Nobody goes by that name.');
const notMember = refusal('You are not in this room.');
const noConversation = refusal('No such user, room, group or conversation.');
const full = refusal('Too much waits for the recipient, or the disk is full.');

export const operations = {
  health: {
    method: 'GET',
    path: '/api/health',
    summary: 'Whether the server serves; a commit to its disk proves it',
    isSecured: false,
    answers: { 200: json('Health', 'It does.'), 503: refusal('Nothing can be stored now.') },
  },
  users: {
    method: 'GET',
    path: '/api/users',
    summary: 'Everybody who can be reached right now, in the order in which they came',
    isSecured: true,
    answers: { 200: json('Users', 'Who is here.'), 401: notAllowed, 503: unavailable },
  },
  conversations: {
    method: 'GET',
    path: '/api/conversations',
    summary: 'Your conversations, newest first, and how much of each you have not read',
    isSecured: true,
    query: http.conversationsQuery,
    answers: {
      200: json('ConversationList', 'A page of them.'),
      400: badRequest,
      401: notAllowed,
      429: tooOften,
      503: unavailable,
    },
  },
  history: {
    method: 'GET',
    path: '/api/history',
    summary: 'A page of what was said in one of your conversations, oldest first',
    isSecured: true,
    query: http.historyQuery,
    answers: {
      200: json('HistoryPage', 'The page.'),
      400: badRequest,
      401: notAllowed,
      403: notMember,
      404: noConversation,
      429: tooOften,
      503: unavailable,
    },
  },
  search: {
    method: 'GET',
    path: '/api/search',
    summary: 'What was said with all of some words, newest first, in all that you may read',
    isSecured: true,
    query: http.searchQuery,
    answers: {
      200: json('SearchResult', 'What was found.'),
      400: badRequest,
      401: notAllowed,
      403: notMember,
      404: noConversation,
      429: tooOften,
      503: unavailable,
    },
  },
  send: {
    method: 'POST',
    path: '/api/messages',
    summary: 'Send a private message',
    isSecured: true,
    body: 'Message',
    answers: {
      201: sent,
      400: badRequest,
      401: notAllowed,
      404: notFound,
      413: refusal(`The text is longer than ${limits.hub.textBytes} bytes.`),
      429: tooOften,
      503: unavailable,
      507: full,
    },
  },
  sendFile: {
    method: 'POST',
    path: '/api/files',
    summary: 'Send a file with a private message; the body is the file',
    isSecured: true,
    query: http.attachment,
    body: 'file',
    answers: {
      201: sent,
      400: badRequest,
      401: notAllowed,
      404: notFound,
      408: refusal('The file comes in too slowly.'),
      411: refusal('Content-Length is missing.'),
      413: refusal('The file or the text is too large.'),
      429: tooOften,
      503: unavailable,
      507: full,
    },
  },
  claimFile: {
    method: 'POST',
    path: '/api/downloads',
    summary: 'An address, good for a minute after its last use, of a file that came with a message',
    isSecured: true,
    body: 'Claim',
    answers: {
      201: json('Download', 'Where to get it.'),
      400: badRequest,
      401: notAllowed,
      404: refusal('No such file, or it was taken already.'),
      503: unavailable,
    },
  },
  getFile: {
    method: 'GET',
    path: '/files/{ticket}',
    summary: 'The file itself, or the part that Range asks for; the server keeps it',
    isSecured: false,
    answers: {
      200: { description: 'Always a download, whatever the file holds.', content: 'file' },
      206: { description: 'The part of it.', content: 'file' },
      404: refusal('No such ticket, or it has expired.'),
      416: refusal(
        'No such part. One that begins where the file ends says that all of it has come.',
      ),
      503: unavailable,
    },
  },
  fileTaken: {
    method: 'POST',
    path: '/files/{ticket}/taken',
    summary: 'The file has come, or is not wanted: the server forgets it',
    isSecured: false,
    answers: {
      204: { description: 'It has.' },
      404: refusal('No such ticket, or it has expired.'),
      503: unavailable,
    },
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
