// Lines to messages, for both sides, and lines to bytes.

import { bareName, encodeText, withoutControls } from '../../bytes/text';
import { limits } from '../../limits';
import { type Name, nameOf, type User } from '../../model';
import {
  type Answer,
  forms,
  marked,
  marksWanted,
  privateMark,
  type Refusal,
  type Request,
  type ServerMessage,
  serverPrefix,
  texts,
} from './messages';
import { dollarsOf, isNumber } from './money';

// ---- from a client to the server

/** The identifier that a client may take: 1 to 32 visible characters, none of `:<>[]` or white space. */
export function identifierOf(text: string): Name | undefined {
  const name = /[:<>[\]]|\s/u.test(text) ? undefined : nameOf(text);
  return name === undefined || Array.from(name).length > limits.market.nameCharacters
    ? undefined
    : name;
}

/** What a line means that answers the question for the balance. */
export function answerOf(line: string): Answer {
  const text = line.trim();
  if (text === '') return { is: 'blank' };
  if (text === forms.quit) return { is: 'quit' };
  if (text === forms.funds) return { is: 'funds' };
  if (text === marksWanted) return { is: 'marks' };
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

/** What a line asks for. A colon and a letter at its start make it a command, unless an emoji stands there. */
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
    case ':block':
    case ':unblock':
      return blockOf(word === ':block' ? 'block' : 'unblock', rest);
    case ':p':
      return privateOf(rest);
    case ':t':
      return transferOf(rest);
    default:
      return { is: 'unknown' };
  }
}

interface Addressed {
  readonly to: string;
  readonly rest: string;
}

/** ` - <ID> - rest`: in brackets a name may hold anything else, a bare one ends at the first ` - `. */
function partsOf(text: string): Addressed | undefined {
  if (!text.startsWith('-')) return undefined;
  const named = text.slice(1).trimStart();
  const found = named.startsWith('<') ? bracketedPartsOf(named) : barePartsOf(named);
  const to = found?.to.trim() ?? '';
  const rest = found?.rest.trim() ?? '';
  return to === '' || rest === '' ? undefined : { to, rest };
}

function bracketedPartsOf(text: string): Addressed | undefined {
  const [, to = '', rest = ''] = /^<([^<>]+)>\s*-(.*)$/s.exec(text) ?? [];
  return { to, rest };
}

function barePartsOf(text: string): Addressed | undefined {
  const end = text.search(/\s-\s/);
  const to = text.slice(0, Math.max(0, end));
  return /[<>]/.test(to) ? undefined : { to, rest: text.slice(end + ' - '.length) };
}

/** ` - <ID>`: in brackets or bare, a name may hold anything else. */
function blockOf(is: 'block' | 'unblock', rest: string): Request {
  const [, bracketed, bare] = /^-\s*(?:<([^<>]+)>|([^<>]+))$/.exec(rest) ?? [];
  const name = (bracketed ?? bare ?? '').trim();
  return name === '' ? { is: 'malformed', form: forms[is] } : { is, name };
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

// ---- from the server to a client

/** Lines as bytes, each with its line end. */
export const bytesOfLines = (...lines: readonly string[]): Uint8Array =>
  encodeText(`${lines.join('\n')}\n`);

/** Everybody who is connected, one a line: the market's own first. */
export function linesOfUsers(users: readonly User[], dialect: string): string[] {
  const own = users.filter((user) => user.dialect === dialect).map(({ name }) => marked(name));
  const others = users.filter((user) => user.dialect !== dialect);
  return [texts.users, ...own, ...others.map(({ name }) => marked(bareName(name)))];
}

const refusals: readonly (readonly [Refusal, RegExp])[] = [
  ['in-use', /^<.+> is already in use\.$/],
  ['bad-name', /^An identifier has /],
  ['bad-balance', /^The balance must be a whole number\.$/],
  ['bad-amount', /^The amount must be a whole number above 0\.$/],
  ['insufficient', /^You don't have sufficient funds for the transaction\.$/],
  ['not-connected', /^<.+> is not connected\.$/],
  ['no-account', /^<.+> has no account here\.$/],
  ['oneself', /^You cannot (?:transfer money|send a private message) to yourself\.$/],
  ['too-much', /^<.+> cannot hold that much money\.$/],
  ['full', /^Too many messages wait for <.+>\.$/],
  ['muted', /^You may not speak now\.$/],
  ['banned', /^You are banned here\.$/],
  ['undelivered', /^<.+> left before your message arrived\.$/],
  ['malformed', /^Write it like this: /],
  ['unknown-command', /^Unknown command\. /],
  ['too-long', /^A line has at most /],
  ['busy', /^The server could not do that now\. Try again later\.$/],
];

/** What a line from the server says. */
export function messageOf(line: string): ServerMessage {
  if (line === texts.welcome) return { is: 'welcome' };
  if (line === texts.farewell) return { is: 'farewell' };
  if (line.startsWith(serverPrefix)) return serverMessageOf(line.slice(serverPrefix.length));
  const isPrivate = line.startsWith(privateMark);
  const spoken = isPrivate ? line.slice(privateMark.length) : line;
  const [, name, text] = /^<([^<>]+)>(?:: ?(.*))?$/s.exec(spoken) ?? [];
  if (name === undefined) return { is: 'told' };
  if (text !== undefined) return { is: 'said', from: name, text, ...(isPrivate && { isPrivate }) };
  return isPrivate ? { is: 'told' } : { is: 'user', name };
}

function serverMessageOf(text: string): ServerMessage {
  if (serverPrefix + text === texts.question) return { is: 'question' };
  if (serverPrefix + text === texts.users) return { is: 'users' };
  const [, name = '', how] = /^<(.+)> (connected|disconnected)!$/.exec(text) ?? [];
  if (how !== undefined) return { is: how === 'connected' ? 'joined' : 'left', name };
  const set = /^The balance of (\d+) has been set to your account\.$/.exec(text)?.[1];
  if (set !== undefined) return { is: 'balance-set', amount: set };
  const funds = /^You have (\d+) dollars\.$/.exec(text)?.[1];
  if (funds !== undefined) return { is: 'funds', amount: funds };
  const [, sent, to = ''] = /^You transferred (\d+) dollars to <(.+)>\.$/.exec(text) ?? [];
  if (sent !== undefined) return { is: 'sent', to, amount: sent };
  const [, from = '', paid] = /^<(.+)> transferred (\d+) dollars to you\.$/.exec(text) ?? [];
  if (paid !== undefined) return { is: 'paid', from, amount: paid };
  for (const [why, form] of refusals) if (form.test(text)) return { is: 'refused', why };
  return { is: 'told' };
}
