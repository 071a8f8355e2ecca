// Lines to messages and messages to lines, for the server's side; what is told to many is encoded once.

import { bareName, encodeText, linesOf, withoutControls } from '../../bytes/text';
import type { ChatEvent, Direct, FileRef, Name, User } from '../../model';
import { nameOf } from '../../model';
import { type Answer, forms, marked, type Request, texts } from './messages';
import { dollarsOf, isNumber } from './money';

// ---------------------------------------------------------------------------------- heard by the server

const nameCharactersMax = 32;

/** The identifier that a client may take: 1 to 32 visible characters, none of `:<>[]` or white space. */
export function identifierOf(text: string): Name | undefined {
  const name = /[:<>[\]]|\s/u.test(text) ? undefined : nameOf(text);
  return name === undefined || Array.from(name).length > nameCharactersMax ? undefined : name;
}

/** What a client that gives no name is called: its address, `ip:port`. */
export function addressName({ host, port }: { host: string; port: number }): Name {
  return `${host.includes(':') ? `[${host}]` : host}:${port}` as Name;
}

/** What a line means that answers the question for the balance. */
export function answerOf(line: string): Answer {
  const text = line.trim();
  if (text === '') return { is: 'blank' };
  if (text === forms.quit) return { is: 'quit' };
  if (isNumber(text)) {
    const amount = dollarsOf(text);
    return typeof amount === 'number' ? { is: 'balance', amount } : { is: 'bad-balance' };
  }
  const name = identifierOf(text);
  return name === undefined ? { is: 'bad-name' } : { is: 'name', name };
}

const emojis: Readonly<Record<string, string>> = {
  ':smile': ':~)',
  ':angry': '>:(',
  ':confused': ':S',
};
const emojiPattern = /:smile|:angry|:confused/g;
const startsWithEmoji = /^(?::smile|:angry|:confused)/;

/** The text with its emojis drawn, and without what moves the cursor or forges a line of the server. */
const shownText = (text: string): string =>
  withoutControls(text).replace(emojiPattern, (emoji) => emojis[emoji] ?? emoji);

/** What a line asks for. A colon and a letter at its very start make it a command, unless an emoji stands there. */
export function requestOf(line: string): Request {
  const word = startsWithEmoji.test(line) ? undefined : /^:\p{L}+/u.exec(line)?.[0];
  if (word === undefined) {
    const text = shownText(line);
    return text.trim() === '' ? { is: 'blank' } : { is: 'say', text };
  }
  const rest = line.slice(word.length).trim();
  switch (word) {
    case ':q':
      return rest === '' ? { is: 'quit' } : { is: 'malformed', form: forms.quit };
    case ':u':
      return rest === '' ? { is: 'users' } : { is: 'malformed', form: forms.users };
    case ':funds':
      return rest === '' ? { is: 'funds' } : { is: 'malformed', form: forms.funds };
    case ':p':
      return privateOf(rest);
    case ':t':
      return transferOf(rest);
    default:
      return { is: 'unknown' };
  }
}

/** ` - <ID> - rest`: in brackets a name may hold anything else, a bare one ends at the first ` - `. */
function partsOf(text: string): { readonly to: string; readonly rest: string } | undefined {
  if (!text.startsWith('-')) return undefined;
  const named = text.slice(1).trimStart();
  const form = named.startsWith('<') ? /^<([^<>]+)>\s*-(.*)$/s : /^([^<>]+?)\s+-\s+(.*)$/s;
  const [, to = '', rest = ''] = form.exec(named) ?? [];
  return to.trim() === '' || rest.trim() === '' ? undefined : { to: to.trim(), rest: rest.trim() };
}

function privateOf(rest: string): Request {
  const found = partsOf(rest);
  const text = shownText(found?.rest ?? '');
  if (found === undefined || text.trim() === '') return { is: 'malformed', form: forms.private };
  return { is: 'private', to: found.to, text };
}

function transferOf(rest: string): Request {
  const found = partsOf(rest);
  if (found === undefined) return { is: 'malformed', form: forms.transfer };
  const amount = dollarsOf(found.rest);
  if (amount === 'beyond') return { is: 'beyond-money' };
  return amount === 'not-whole' || amount === 0
    ? { is: 'bad-amount' }
    : { is: 'transfer', to: found.to, amount };
}

// ---------------------------------------------------------------------------------- told to clients

/** Lines as bytes, each with its line end. */
export const bytesOfLines = (...lines: readonly string[]): Uint8Array =>
  encodeText(`${lines.join('\n')}\n`);

/** Everybody who is connected, one a line: the market's own first. */
export function linesOfUsers(users: readonly User[], dialect: string): string[] {
  const own = users.filter((user) => user.dialect === dialect).map(({ name }) => marked(name));
  const others = users.filter((user) => user.dialect !== dialect);
  return [texts.users, ...own, ...others.map(({ name }) => marked(bareName(name)))];
}

let lastTelling: ChatEvent | undefined;
let lastBytes: Uint8Array | undefined;

/**
 * What a client is told, as bytes; undefined for what this dialect does not tell. Everybody in the room is told
 * the same object, one after the other, so its bytes are kept until the next one: never change them.
 */
export function bytesOfTelling(telling: ChatEvent): Uint8Array | undefined {
  if (telling !== lastTelling) {
    const lines = linesOfTelling(telling);
    lastBytes = lines && bytesOfLines(...lines);
    lastTelling = telling;
  }
  return lastBytes;
}

function linesOfTelling(telling: ChatEvent): readonly string[] | undefined {
  switch (telling.is) {
    case 'said':
      return spoken(telling.from, telling.text);
    case 'direct':
      return spoken(telling.from, withFile(telling));
    case 'joined':
      return [texts.joined(telling.name)];
    case 'left':
      return [texts.left(telling.name)];
    case 'paid':
      return [texts.paid(telling.from, telling.amount)];
    case 'receipt':
      return telling.status === 'failed' ? [texts.undelivered(bareName(telling.by))] : undefined;
    case 'invited':
    case 'presence':
    case 'signal':
    case 'offer':
      return undefined;
  }
}

/** Each line of a text with the prefix of who said it, so that nobody can write a line as somebody else. */
const spoken = (from: Name, text: string): string[] =>
  linesOf(text).map((line) => `${marked(from)}: ${line}`);

function withFile({ text, file }: Direct): string {
  if (file === undefined) return text;
  const note = fileNote(file);
  return text === '' ? note : `${text} ${note}`;
}

const fileNote = ({ name, size }: FileRef): string => `(file ${name}, ${size} bytes)`;
