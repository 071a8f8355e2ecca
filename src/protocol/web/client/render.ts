// How a terminal shows what a server tells: lines for a person, objects for a program.

import { linesOf } from '../../bytes/text';
import type { Shown } from '../../client';
import type { PrivateMessage, ReplyOf, ServerMessageOf, ServerNotice } from '../wire/messages';

type Entry = ReplyOf<'history'>['entries'][number];
type File = { readonly name: string; readonly size: number } | undefined;

const noteOf = (file: File): string =>
  file === undefined ? '' : `(file ${file.name}, ${file.size} bytes: the page has it)`;

/** A text behind its head. Its other lines are set in, so that none looks like what somebody else has said. */
function spoken(head: string, text: string, file?: File): string[] {
  const whole = [text, noteOf(file)].filter((part) => part !== '').join(' ');
  const [first = '', ...more] = linesOf(whole);
  return [`${head}: ${first}`, ...more.map((line) => `    ${line}`)];
}

const incoming = (lines: readonly string[], json: Shown['json']): Shown => ({
  kind: 'incoming',
  lines,
  json,
});

export const result = (json: Shown['json'], ...lines: readonly string[]): Shown => ({
  kind: 'result',
  lines,
  json,
});

const two = (number: number): string => String(number).padStart(2, '0');

function momentOf(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function shownMessage(message: PrivateMessage): Shown {
  const { from, text, file, serial, id, door, at, reply } = message;
  const rest = { ...(file && { file }), ...(reply !== undefined && { reply }) };
  // Ids are texts for programs, as at every door.
  const json = { type: 'message', from, text, serial, id: String(id), door, said: at, ...rest };
  return incoming(spoken(from, text, file), json);
}

export function shownSaid({ room, from, text, serial, reply }: ServerMessageOf<'said'>): Shown {
  const rest = { ...(serial !== undefined && { serial }), ...(reply !== undefined && { reply }) };
  return incoming(spoken(`#${room} ${from}`, text), { type: 'said', room, from, text, ...rest });
}

/** A page of what was said: each line with its time. */
export function shownHistory(where: string, entries: readonly Entry[], more: boolean): Shown {
  const lines = entries.flatMap(({ at, from, text, file, edited, deleted }) => {
    const mark = edited === undefined ? '' : ' (edited)';
    const said = deleted === undefined ? `${text}${mark}` : '(deleted)';
    return spoken(`${momentOf(at)} ${from}`, said, file);
  });
  const none = lines.length === 0 ? [`nothing was said with ${where}, or it is not kept`] : [];
  return result({ type: 'history', with: where, entries, more }, ...lines, ...none);
}

/** What is told besides messages; undefined: a terminal has no use for it. */
export function shownNotice(notice: ServerNotice): Shown | undefined {
  const { is: type, ...rest } = notice;
  const say = (...lines: readonly string[]): Shown => incoming(lines, { type, ...rest });
  switch (notice.is) {
    case 'said':
      return shownSaid(notice);
    case 'sent':
      return incoming(spoken(`you to ${notice.to}`, notice.text, notice.file), { type, ...rest });
    case 'receipt': {
      const { by, id, status, file } = notice;
      const what = file === undefined ? `message ${id}` : `message ${id} with ${file}`;
      const line = status === 'delivered' ? `${by} has ${what}` : `${by} did not get ${what}`;
      return incoming([line], { type, ...rest, id: String(id) });
    }
    case 'joined':
    case 'left':
      return say(`${notice.name} has ${notice.is} #${notice.room}`);
    case 'invited':
      return say(`${notice.by} invites you to the group ${notice.room}: /accept ${notice.room}`);
    case 'paid':
      return say(`${notice.from} has paid you ${notice.amount}`);
    case 'changed': {
      if (notice.what === 'reacted') return undefined;
      const where = notice.room === undefined ? '' : ` in #${notice.room}`;
      if (notice.what === 'deleted') return say(`${notice.by} has deleted a message${where}`);
      return incoming(spoken(`${notice.by} has edited a message${where}`, notice.text ?? ''), {
        type,
        ...rest,
      });
    }
    case 'kicked':
      return say(`${notice.name} was put out of #${notice.room}${because(notice.reason)}`);
    case 'topic':
      return say(`the topic of #${notice.room} is now: ${notice.topic}`);
    case 'standing':
      return say(`#${notice.room}: ${notice.name} is ${notice.change}${because(notice.reason)}`);
    case 'muted':
      return say(`you are ${notice.muted ? 'muted' : 'muted no more'}${because(notice.reason)}`);
    case 'announced':
      return incoming(spoken('the server', notice.text), { type, ...rest });
    case 'removed':
      return say(`you were put out: ${notice.why}${because(notice.reason)}`);
    case 'presence':
    case 'read':
    case 'got':
      return undefined;
  }
}

const because = (reason: string): string => (reason === '' ? '' : ` (${reason})`);
