// Messages as golden conversations write them: `Action Key=Value Key=Value | body`, what never varies left out.

import type { Content } from '../../../src/protocol/groups/wire/codec';
import { type Action, actions, type Message } from '../../../src/protocol/groups/wire/messages';

const keys = {
  contentType: 'Type',
  user: 'User',
  to: 'To',
  group: 'Group',
  id: 'Id',
  status: 'Status',
  reason: 'Reason',
  token: 'Token',
  password: 'Password',
  fileName: 'File-Name',
  fileSize: 'File-Size',
  destinationPort: 'Port',
} as const;

/** A message that was read, written. Ports and text/plain are left out; `\n` in a body stands as such. */
export function written(message: Message): string {
  const parts: string[] = [actions[message.action]];
  for (const [field, key] of Object.entries(keys)) {
    if (field === 'destinationPort') continue;
    const value = message[field as keyof Message];
    if (value === undefined || value === 'text/plain') continue;
    for (const one of Array.isArray(value) ? (value as string[]) : [value as string]) {
      parts.push(`${key}=${quoted(one)}`);
    }
  }
  const body = Buffer.from(message.body).toString().replaceAll('\n', '\\n');
  return body === '' ? parts.join(' ') : `${parts.join(' ')} | ${body}`;
}

const quoted = (text: string): string => (/[\s"]/.test(text) ? JSON.stringify(text) : text);

/** What a written message says. */
export function contentOf(text: string): Content {
  const [head = '', ...bodies] = text.split(' | ');
  const words = head.match(/[^\s="]+=(?:"(?:[^"\\]|\\.)*"|\S*)|\S+/g) ?? [];
  const name = words.filter((word) => !word.includes('=')).join(' ');
  const action = Object.entries(actions).find(([, connection]) => connection === name)?.[0] as
    Action | undefined;
  if (action === undefined) throw new Error(`no action ${name}`);
  const content: Record<string, unknown> = { action };
  for (const word of words.filter((word) => word.includes('='))) {
    const [, key = '', raw = ''] = /^([^=]+)=(.*)$/.exec(word) ?? [];
    const value = raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
    const field = Object.entries(keys).find(([, written]) => written === key)?.[0];
    if (field === undefined) throw new Error(`no header ${key}`);
    if (field === 'to') content['to'] = [...((content['to'] as string[]) ?? []), value];
    else if (field === 'fileSize' || field === 'destinationPort') content[field] = Number(value);
    else content[field] = value;
  }
  if (bodies.length > 0) content['body'] = bodies.join(' | ').replaceAll('\\n', '\n');
  return content as unknown as Content;
}
