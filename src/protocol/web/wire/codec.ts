// Bytes and messages: one JSON object a line, in UTF-8; every line that comes is checked against its schema.

import * as v from 'valibot';

import type { Inbox } from '../../bytes/inbox';
import { decodeText, encodeText } from '../../bytes/text';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import {
  answerFields,
  type AnswerOf,
  type Request,
  requestSchema,
  tellingSchema,
  type Told,
  type Verb,
} from './messages';

const lineEnd = 10;

/** JSON writes a line end inside a text as an escape, so that the one behind the object is the only one. */
export const encodeLine = (message: Request | Told): Uint8Array =>
  encodeText(`${JSON.stringify(message)}\n`);

/** The next whole line without its end, of at most `most` bytes; undefined while there is none. */
export function takeLine(
  inbox: Inbox,
  most: number = limits.web.jsonBytes,
): Uint8Array | undefined {
  const end = inbox.indexOf(lineEnd);
  if (end > most || (end < 0 && inbox.length > most)) {
    throw new ProtocolError('a message of too many bytes');
  }
  return end < 0 ? undefined : inbox.take(end + 1)?.subarray(0, end);
}

function parsed(line: Uint8Array): unknown {
  const text = decodeText(line);
  if (text === undefined) throw new ProtocolError('a message that is not UTF-8');
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError('a message that is no JSON');
  }
}

function checked<S extends v.GenericSchema>(schema: S, line: Uint8Array): v.InferOutput<S> {
  const result = v.safeParse(schema, parsed(line), { abortEarly: true });
  if (result.success) return result.output;
  throw new ProtocolError(v.summarize(result.issues).replaceAll('\n', ' '));
}

/** The request in a line. Throws ProtocolError where there is none. */
export const requestIn = (line: Uint8Array): Request =>
  checked(requestSchema, line) as unknown as Request;

/** What a server said in a line. Throws ProtocolError where it said nothing that is known. */
export const toldIn = (line: Uint8Array): Told => checked(tellingSchema, line);

/** What a request was answered with, or undefined where it is not what such a request is answered with. */
export function answerIn<K extends Verb>(verb: K, value: unknown): AnswerOf<K> | undefined {
  const result = v.safeParse(answerFields[verb], value);
  return result.success ? result.output : undefined;
}
