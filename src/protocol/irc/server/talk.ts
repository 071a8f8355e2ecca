// What is said in rooms and to people: PRIVMSG, NOTICE, and TAGMSG, of which nothing is passed on.

import { byteLength } from '../../bytes/text';
import { limits } from '../../limits';
import type { Name } from '../../model';
import { capabilities } from '../wire/capabilities';
import { formatLine } from '../wire/message';
import { channelOf, isChannel, nameOfNick, nickOf } from '../wire/names';
import type { Answer } from './answer';
import {
  channelText,
  type Client,
  type Handler,
  inOrder,
  joinedAs,
  sourceOfClient,
  targetsOf,
} from './client';
import { dialectName } from './door';
import { idOf, rawOf } from './events';

type Command = 'PRIVMSG' | 'NOTICE';

/** One text, as it goes to the hub and back to who said it. */
interface Text {
  readonly command: Command;
  /** As the client wrote it. */
  readonly own: string;
  /** As other doors have it. */
  readonly text: string;
  /** Where that is not the same. */
  readonly raw?: Uint8Array;
  /** A question for the client's program, which other doors have no words for. */
  readonly isForPrograms: boolean;
}

/** What colours and other formats of IRC look like. They mean nothing elsewhere. */
const formats =
  /\u0003(?:\d{1,2}(?:,\d{1,2})?)?|\u0004(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\u0002\u000f\u0011\u0016\u001d\u001e\u001f]/g;

function textOf({ person }: Client, command: Command, own: string): Text {
  const action = /^\u0001ACTION (.*?)\u0001?$/s.exec(own)?.[1];
  const isForPrograms = action === undefined && own.startsWith('\u0001');
  const plain = (action ?? own).replaceAll('\u0001', '').replace(formats, '');
  const text = action === undefined ? plain : `* ${person.nick} ${plain}`;
  const isPlain = command === 'PRIVMSG' && text === own;
  return { command, own, text, isForPrograms, ...(!isPlain && { raw: rawOf(command, own) }) };
}

/** Says what all targets came to, once the last one is dealt with. */
class Targets {
  readonly #answer: Answer;
  #left: number;

  constructor(answer: Answer, count: number) {
    this.#answer = answer;
    this.#left = count;
  }

  one(): void {
    if (--this.#left === 0) this.#answer.done();
  }
}

const speaking =
  (command: Command): Handler =>
  (client, answer, [list, own = '']) => {
    const targets = targetsOf(list);
    const refuse = (code: string, params: readonly string[], text: string): void =>
      inOrder(client, answer, () => {
        if (command === 'PRIVMSG') answer.numeric(code, params, text);
      });
    if (targets.length === 0) return refuse('411', [], `No recipient given (${command})`);
    if (own === '') return refuse('412', [], 'No text to send');
    if (targets.length > limits.irc.messageTargets) {
      return refuse('407', [targets.at(-1) ?? '*'], 'Too many targets');
    }
    const source = sourceOfClient(client);
    const longest = Math.max(...targets.map((target) => byteLength(target)));
    const line = byteLength(`:${source} ${command}  :${own}\r\n`) + longest;
    if (line > limits.irc.lineBytes) return refuse('417', [], 'Input line was too long');
    client.person.spokeAt = client.host.now;
    const text = textOf(client, command, own);
    const all = new Targets(answer, targets.length);
    for (const target of targets) {
      if (isChannel(target)) sayIn(client, answer, all, text, target);
      else sayTo(client, answer, all, text, target);
    }
  };

export const privmsg = speaking('PRIVMSG');
export const notice = speaking('NOTICE');

/** An error for PRIVMSG; a NOTICE is never answered. */
function refuse(
  answer: Answer,
  { command }: Text,
  code: string,
  target: string,
  why: string,
): void {
  if (command === 'PRIVMSG') answer.numeric(code, [target], why);
}

const cannot = 'Cannot send to channel';

function sayIn(client: Client, answer: Answer, all: Targets, text: Text, target: string): void {
  const { host } = client;
  const named = channelOf(target);
  const joined = named && joinedAs(client, named.room);
  if (!named || text.isForPrograms || (joined && joined.sigil !== named.sigil)) {
    return host.inOrder(() => {
      const why = text.isForPrograms ? `${cannot}: other doors have no CTCP` : cannot;
      if (named) refuse(answer, text, '404', target, why);
      else refuse(answer, text, '403', target, 'No such channel');
      all.one();
    });
  }
  const room = joined?.room ?? named.room;
  const said = { text: text.text, ...(text.raw && { raw: text.raw }) };
  host.submit({ do: 'say', session: host.session, room, ...said }, (outcome) => {
    if (outcome.ok) echo(client, answer, text, channelText(joined ?? named), outcome.value.serial);
    else if (outcome.why === 'not-member') refuse(answer, text, '404', target, cannot);
    else if (outcome.why === 'muted')
      refuse(answer, text, '404', target, `${cannot} (you are muted)`);
    else if (outcome.why === 'too-long')
      refuse(answer, text, '417', target, 'Input line was too long');
    else refuse(answer, text, '263', text.command, 'Please wait a while and try again.');
    all.one();
  });
}

function sayTo(client: Client, answer: Answer, all: Targets, text: Text, target: string): void {
  const { host, door } = client;
  const to = nameOfNick(target);
  // Other doors' programs cannot answer such questions.
  if (to === undefined || (text.isForPrograms && !door.find(to))) {
    return host.inOrder(() => {
      refuse(answer, text, '401', target, 'No such nick/channel');
      all.one();
    });
  }
  const said = { text: text.text, ...(text.raw && { raw: text.raw }) };
  const from = { session: host.session };
  host.submit({ do: 'direct', from, to, ...said, origin: dialectName }, (outcome) => {
    if (outcome.ok) {
      echo(client, answer, text, nickOf(to), outcome.value.serial);
      if (text.command === 'PRIVMSG') sayAway(client, answer, to, outcome.value.waiting);
    } else if (outcome.why === 'unknown-user')
      refuse(answer, text, '401', target, 'No such nick/channel');
    else if (outcome.why === 'muted')
      refuse(answer, text, '404', target, 'You may not speak here now');
    else if (outcome.why === 'full') refuse(answer, text, '404', target, 'Too much waits for them');
    else refuse(answer, text, '263', text.command, 'Please wait a while and try again.');
    all.one();
  });
}

function sayAway({ door }: Client, answer: Answer, to: Name, waiting: boolean): void {
  const away = door.find(to)?.away;
  if (waiting) answer.numeric('301', [nickOf(to)], 'Not here: it gets your message later');
  else if (away !== undefined) answer.numeric('301', [nickOf(to)], away);
}

/** The client's own words, once they are stored: with the id that all others have. */
function echo(client: Client, answer: Answer, text: Text, target: string, serial?: number): void {
  if (!client.has(capabilities['echo-message'])) return;
  const id = serial === undefined || !client.has(capabilities['message-tags']);
  const time = new Date(client.host.now * 1000).toISOString();
  answer.body(formatLine(sourceOfClient(client), text.command, [target], text.own), [
    ...(id ? [] : [`msgid=${idOf(serial)}`]),
    ...(client.has(capabilities['server-time']) ? [`time=${time}`] : []),
  ]);
}

/** All tags of clients are denied (CLIENTTAGDENY=*), so nothing is left to be passed on. */
export const tagmsg: Handler = (client, answer, [target]) =>
  inOrder(client, answer, () => {
    if (target === undefined || target === '') {
      answer.numeric('411', [], 'No recipient given (TAGMSG)');
    }
  });
