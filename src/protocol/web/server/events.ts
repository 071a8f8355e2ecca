// How what the hub tells a session is said to the page.

import { encodedOnce } from '../../bytes/encoded_once';
import type { Direct, Notice, Said } from '../../model';
import { encodeLine } from '../wire/codec';
import type { ServerMessage } from '../wire/messages';

function sentOf({ serial, id, to, text, at, origin: door, file, reply }: Direct) {
  const attached = file && { file: { name: file.name, size: file.size } };
  const answers = reply !== undefined && { reply };
  return { serial, id, to, text, at, door, ...attached, ...answers };
}

/** A private message. Neither the file's hash nor its place leaves the server. */
export function messageOf(direct: Direct): ServerMessage {
  return { is: 'message', from: direct.from, ...sentOf(direct) };
}

function saidOf({ room, from, text, at, serial, reply }: Said): ServerMessage {
  const kept = { ...(serial !== undefined && { serial }), ...(reply !== undefined && { reply }) };
  return { is: 'said', room, from, text, at, ...kept };
}

function noticeOf(notice: Notice): ServerMessage | undefined {
  switch (notice.is) {
    case 'receipt': {
      const { id, by, status, file } = notice;
      return { is: 'receipt', id, by, status, ...(file !== undefined && { file }) };
    }
    case 'said':
      return saidOf(notice);
    case 'sent': {
      return { is: 'sent', ...sentOf(notice.message) };
    }
    case 'changed': {
      const { conversation, serial, what, by, room, text, mark, on, at } = notice;
      return {
        is: 'changed',
        conversation,
        serial,
        what,
        by,
        at,
        ...(room !== undefined && { room }),
        ...(text !== undefined && { text }),
        ...(mark !== undefined && { mark }),
        ...(on !== undefined && { on }),
      };
    }
    case 'read':
    case 'got':
      return notice;
    case 'joined':
    case 'left':
      return { is: notice.is, room: notice.room, name: notice.name };
    case 'invited':
      return { is: 'invited', room: notice.room, by: notice.by };
    case 'paid':
      return { is: 'paid', from: notice.from, amount: notice.amount };
    case 'presence':
      return { is: 'presence', name: notice.name, here: notice.here };
    case 'kicked': {
      const { room, name, by, reason } = notice;
      return { is: 'kicked', room, name, reason, ...(by !== undefined && { by }) };
    }
    case 'topic': {
      const { room, topic, by, at } = notice;
      return { is: 'topic', room, topic, at, ...(by !== undefined && { by }) };
    }
    case 'standing': {
      const { room, name, change, by, reason, until } = notice;
      const rest = { ...(by !== undefined && { by }), ...(until !== undefined && { until }) };
      return { is: 'standing', room, name, change, reason, ...rest };
    }
    case 'muted': {
      const { muted, reason, until } = notice;
      return { is: 'muted', muted, reason, ...(until !== undefined && { until }) };
    }
    case 'announced':
      return { is: 'announced', text: notice.text, at: notice.at };
    case 'signal':
    case 'offer':
      return undefined;
  }
}

/** All sessions get the same notice as the same object: it is encoded for the first session, and kept for the rest. */
const encoded = new WeakMap<Notice, Uint8Array>();

/** The line for a notice, or undefined where the page has no use for it. */
export function lineOf(notice: Notice): Uint8Array | undefined {
  const known = encoded.get(notice);
  if (known) return known;
  const message = noticeOf(notice);
  if (!message) return undefined;
  const line = encodeLine(message);
  encoded.set(notice, line);
  return line;
}

/** What one user said in a row, as lines in one piece. */
export const linesOfRun = encodedOnce((run: readonly Said[]) =>
  Buffer.concat(run.flatMap((said) => lineOf(said) ?? [])),
);
