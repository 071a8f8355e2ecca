// The fields of a message as header lines, in both directions.

import type { Headers } from '../../bytes/headers';
import { byteLength } from '../../bytes/text';
import { limits } from '../../limits';
import {
  type Action,
  actions,
  type ContentType,
  highestPort,
  type Message,
  type Reason,
  reasonTexts,
  type Side,
} from './messages';

/** What every message of one side of one connection says, whatever it is about. */
export interface Envelope {
  readonly ip: string;
  readonly side: Side;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What a message says besides its envelope. An undefined field is not written. */
export type Content = Pick<Message, 'action'> & {
  readonly [K in Exclude<keyof Message, 'action' | 'body' | 'ip' | 'side' | 'sourcePort'>]?:
    Message[K] | undefined;
} & { readonly body?: Uint8Array | string };

/** The fields that headers give: all but the body. */
export type Fields = Omit<Message, 'body'>;

/** An action that this protocol does not have. */
export interface UnknownAction {
  readonly action: 'unknown';
  readonly id?: string;
}

const textKeys = {
  ip: 'IP',
  side: 'Side',
  contentType: 'Content-Type',
  user: 'User',
  group: 'Group',
  id: 'Id',
  status: 'Status',
  reason: 'Reason',
  token: 'Token',
  password: 'Password',
  fileName: 'File-Name',
} as const;

const numberKeys = {
  sourcePort: 'Source-Port',
  destinationPort: 'Destination-Port',
  fileSize: 'File-Size',
} as const;

// ---------------------------------------------------------------------------------- reading

/** Names are compared without case and without spaces, since the source prints spaces inside some of them. */
const comparable = (name: string): string => name.toLowerCase().replace(/\s+/g, '');

const actionsByName = new Map<string, Action>([
  // The source prints `Reg.Send` in its list of actions.
  ['reg.send', 'send'],
  ...Object.entries(actions).map(([action, name]) => [comparable(name), action as Action] as const),
]);

const contentTypes = new Set<string>(['text/plain', 'application/octet-stream']);

/** The only value of a key, undefined where the key is absent, null where it stands several times. */
function single(headers: Headers, key: string): string | undefined | null {
  const values = headers.get(key);
  if (values === undefined) return undefined;
  return values.length === 1 ? (values[0] ?? '') : null;
}

/** A decimal number of at most 16 digits, null where the text is none. */
const numberFrom = (text: string): number | null =>
  /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;

/** The length of the body in bytes, 0 where no header gives it; undefined where the header is wrong. */
export function bodyLengthIn(headers: Headers): number | undefined {
  const text = single(headers, 'content-length') ?? (headers.has('content-length') ? '' : '0');
  return numberFrom(text) ?? undefined;
}

/** The fields that headers stand for; undefined where the headers break the protocol. */
export function fieldsIn(headers: Headers): Fields | UnknownAction | undefined {
  const name = single(headers, 'action');
  const action = typeof name === 'string' ? actionsByName.get(comparable(name)) : undefined;
  const texts = textsIn(headers);
  const numbers = numbersIn(headers);
  if (typeof name !== 'string' || texts === undefined || numbers === undefined) return undefined;
  if (action === undefined) {
    return { action: 'unknown', ...(texts.id !== undefined && { id: texts.id }) };
  }
  const to = headers.get('to');
  const beside = headers.get('beside');
  return {
    action,
    ...texts,
    ...numbers,
    ...(to !== undefined && { to }),
    ...(beside !== undefined && { beside }),
  };
}

function textsIn(headers: Headers): Pick<Message, keyof typeof textKeys> | undefined {
  const texts = new Map<string, string>();
  for (const [field, key] of Object.entries(textKeys)) {
    const value = single(headers, key.toLowerCase());
    if (value === null) return undefined;
    if (value !== undefined) texts.set(field, value);
  }
  const side = texts.get('side')?.toLowerCase();
  if (side !== undefined && side !== 'client' && side !== 'server') return undefined;
  // A parameter such as a charset changes nothing: text is UTF-8.
  const contentType = texts.get('contentType')?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== undefined && !contentTypes.has(contentType)) return undefined;
  if (byteLength(texts.get('id') ?? '') > limits.groups.idBytes) return undefined;
  if (byteLength(texts.get('token') ?? '') > limits.groups.idBytes) return undefined;
  if (side !== undefined) texts.set('side', side);
  if (contentType !== undefined) texts.set('contentType', contentType);
  const status = texts.get('status')?.toLowerCase();
  if (status !== undefined) texts.set('status', status);
  const reason = texts.get('reason')?.toLowerCase();
  if (reason !== undefined) {
    // A code of another program's own says nothing here; the sentence in the body still does.
    if (isReason(reason)) texts.set('reason', reason);
    else texts.delete('reason');
  }
  return Object.fromEntries(texts);
}

const isReason = (text: string): text is Reason => Object.hasOwn(reasonTexts, text);

function numbersIn(headers: Headers): Pick<Message, keyof typeof numberKeys> | undefined {
  const numbers = new Map<string, number>();
  for (const [field, key] of Object.entries(numberKeys)) {
    const text = single(headers, key.toLowerCase());
    if (text === undefined) continue;
    const number = text === null ? null : numberFrom(text);
    if (number === null || (field !== 'fileSize' && number > highestPort)) return undefined;
    numbers.set(field, number);
  }
  return Object.fromEntries(numbers);
}

// ---------------------------------------------------------------------------------- writing

/** The header lines of a message whose body has `length` bytes, in the order in which they are written. */
export function headerLines(
  envelope: Envelope,
  content: Content,
  length: number,
): readonly (readonly [key: string, value: string])[] {
  const contentType: ContentType = content.contentType ?? 'text/plain';
  const lines: [string, string][] = [
    [textKeys.ip, envelope.ip],
    [textKeys.side, envelope.side],
    ['Action', actions[content.action]],
    [numberKeys.sourcePort, `${envelope.sourcePort}`],
    [numberKeys.destinationPort, `${content.destinationPort ?? envelope.destinationPort}`],
    [textKeys.contentType, contentType],
    ['Content-Length', `${length}`],
  ];
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) lines.push([key, `${value}`]);
  };
  add(textKeys.user, content.user);
  for (const name of content.to ?? []) add('To', name);
  for (const id of content.beside ?? []) add('Beside', id);
  add(textKeys.group, content.group);
  add(textKeys.id, content.id);
  add(textKeys.status, content.status);
  add(textKeys.reason, content.reason);
  add(textKeys.token, content.token);
  add(textKeys.password, content.password);
  add(textKeys.fileName, content.fileName);
  add(numberKeys.fileSize, content.fileSize);
  return lines;
}
