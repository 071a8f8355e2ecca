// Lines from the server to messages, for the client's side, and how each is shown.

import type { Ending, Shown } from '../../dialect';
import { type Refusal, type ServerMessage, serverPrefix, texts } from '../wire/messages';

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
  ['undelivered', /^<.+> left before your message arrived\.$/],
  ['malformed', /^Write it like this: /],
  ['unknown-command', /^Unknown command\. /],
  ['too-long', /^A line has at most /],
  ['busy', /^The server could not do that now\. Try again later\.$/],
];

/** What each refusal makes of the exit status of a script. */
export const endings: Readonly<Record<Refusal, Ending>> = {
  'in-use': 'not-allowed',
  'bad-name': 'bad-data',
  'bad-balance': 'bad-data',
  'bad-amount': 'bad-data',
  insufficient: 'not-allowed',
  'not-connected': 'unknown-user',
  'no-account': 'not-allowed',
  oneself: 'not-allowed',
  'too-much': 'not-allowed',
  full: 'try-later',
  undelivered: 'unknown-user',
  malformed: 'usage',
  'unknown-command': 'usage',
  'too-long': 'bad-data',
  busy: 'try-later',
};

/** What a line from the server says. */
export function messageOf(line: string): ServerMessage {
  if (line === texts.welcome) return { is: 'welcome' };
  if (line === texts.farewell) return { is: 'farewell' };
  if (line.startsWith(serverPrefix)) return toldOf(line.slice(serverPrefix.length));
  const [, name, text] = /^<([^<>]+)>(?:: ?(.*))?$/s.exec(line) ?? [];
  if (name === undefined) return { is: 'told' };
  return text === undefined ? { is: 'user', name } : { is: 'said', from: name, text };
}

function toldOf(text: string): ServerMessage {
  if (serverPrefix + text === texts.question) return { is: 'question' };
  if (serverPrefix + text === texts.users) return { is: 'users' };
  const [, moved = '', how] = /^<(.+)> (connected|disconnected)!$/.exec(text) ?? [];
  if (how !== undefined) return { is: how === 'connected' ? 'joined' : 'left', name: moved };
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

/** A line as it is shown: itself for a person, its parts for a program. */
export function shownOf(heard: ServerMessage, line: string): Shown {
  const lines = [line];
  switch (heard.is) {
    case 'welcome':
    case 'farewell':
    case 'question':
      return { lines, json: { type: heard.is, text: line }, kind: 'result' };
    case 'said':
      return {
        lines,
        json: { type: 'message', from: heard.from, text: heard.text },
        kind: 'incoming',
      };
    case 'joined':
    case 'left':
      return { lines, json: { type: heard.is, name: heard.name }, kind: 'incoming' };
    case 'paid':
      return {
        lines,
        json: { type: 'paid', from: heard.from, amount: Number(heard.amount) },
        kind: 'incoming',
      };
    case 'sent':
      return {
        lines,
        json: { type: 'transferred', to: heard.to, amount: Number(heard.amount) },
        kind: 'result',
      };
    case 'balance-set':
    case 'funds':
      return { lines, json: { type: 'balance', amount: Number(heard.amount) }, kind: 'result' };
    case 'users':
      return { lines, json: { type: 'users' }, kind: 'result' };
    case 'user':
      return { lines, json: { type: 'user', name: heard.name }, kind: 'result' };
    case 'refused':
      return { lines, json: { type: 'refusal', why: heard.why, text: line }, kind: 'result' };
    case 'told':
      return { lines, json: { type: 'told', text: line }, kind: 'result' };
  }
}
