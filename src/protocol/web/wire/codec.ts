// Bytes and messages: one JSON object a line, in UTF-8; every line that arrives is checked against its schema.

import * as v from 'valibot';

import type { Inbox } from '../../bytes/inbox';
import { decodeText, encodeText } from '../../bytes/text';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import {
  type ReplyOf,
  replySchemas,
  type Request,
  requestSchema,
  type ServerMessage,
  serverMessageSchema,
  type Verb,
} from './messages';

const lineEnd = 10;

/** JSON writes a line end inside a text as an escape, so that the one behind the object is the only one. */
export const encodeLine = (message: Request | ServerMessage): Uint8Array =>
  encodeText(`${JSON.stringify(message)}\n`);

/**
 * The next whole line without its end; undefined while there is none. Throws ProtocolError where the line, ended or
 * not, has more than `maxBytes`.
 */
export function takeLine(
  inbox: Inbox,
  maxBytes: number = limits.web.jsonBytes,
): Uint8Array | undefined {
  const end = inbox.indexOf(lineEnd);
  if (end > maxBytes || (end < 0 && inbox.length > maxBytes)) {
    throw new ProtocolError('a message of too many bytes');
  }
  return end < 0 ? undefined : inbox.take(end + 1)?.subarray(0, end);
}

function parse(line: Uint8Array): unknown {
  const text = decodeText(line);
  if (text === undefined) throw new ProtocolError('a message that is not UTF-8');
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('a message that is no JSON');
  }
}

function decode<S extends v.GenericSchema>(schema: S, line: Uint8Array): v.InferOutput<S> {
  const result = v.safeParse(schema, parse(line), { abortEarly: true });
  if (result.success) return result.output;
  throw new ProtocolError(v.summarize(result.issues).replaceAll('\n', ' '));
}

/** The request in a line. Throws ProtocolError where there is none. */
export const decodeRequest = (line: Uint8Array): Request =>
  decode(requestSchema, line) as unknown as Request;

/** What a server said in a line. Throws ProtocolError where that is no message of a server. */
export const decodeServerMessage = (line: Uint8Array): ServerMessage =>
  decode(serverMessageSchema, line);

/** The value of a reply, or undefined where it is not what such a request is answered with. */
export function decodeReply<K extends Verb>(verb: K, value: unknown): ReplyOf<K> | undefined {
  const result = v.safeParse(replySchemas[verb], value);
  return result.success ? result.output : undefined;
}
