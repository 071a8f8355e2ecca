// What a user says: line by line in a conversation, and from outside one to who has written.

import { BoundedSet } from '../../bounded';
import { nearest } from '../../bytes/nearest';
import { byteLength } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { ClientHost, Ending } from '../../dialect';
import { limits } from '../../limits';
import { usersIn } from '../wire/codec';
import type { Commands, Done } from './commands';
import type { Conversation } from './conversation';
import type { Directory } from './directory';
import type { Files } from './files';
import { notACommand } from './help';
import {
  addressedOf,
  commandInConversation,
  decisionOf,
  type Input,
  nameFor,
  type Recipient,
} from './input';
import type { SentMessages } from './sent_messages';

export interface TalkDeps {
  readonly host: ClientHost;
  /** A person at a terminal: they are told what they may do, and asked before they write to nobody. */
  readonly isPerson: boolean;
  readonly conversation: Conversation;
  readonly directory: Directory;
  readonly files: Files;
  readonly sent: SentMessages;
  readonly commands: Commands;
  /** Does what a command says. */
  do(input: Input, done: Done): void;
  /** Something has ended, well or not. */
  readonly ended: (ending: Ending) => void;
}

export class Talk {
  readonly #deps: TalkDeps;
  /** Users whose messages were followed by how to answer them. */
  readonly #explained = new BoundedSet<string>(limits.client.names);
  /** Who wrote last, while the user was in no conversation. */
  #writer: string | undefined;
  /** Whom the user wanted to write to, and who is not here. */
  #absent: string | undefined;

  constructor(deps: TalkDeps) {
    this.#deps = deps;
  }

  // ---- going into a conversation

  /**
   * Begins a conversation. A person who has mistyped a name is told so, and may insist. `listed`: the list of users has
   * just come.
   */
  begin(to: Recipient, done: Done, listed?: 'listed'): void {
    const { conversation, directory, commands, isPerson } = this.#deps;
    const isMeant = (): boolean => !isPerson || directory.knows(to) || this.#absent === nameFor(to);
    const open = (): void => {
      conversation.begin('chat', to);
      done('done');
    };
    if (isMeant()) return open();
    if (listed !== undefined) return this.#refuseAbsent(to, done);
    commands.ask({ action: 'list' }, done, (answer) => {
      directory.listed(usersIn(answer.body));
      if (isMeant()) open();
      else this.#refuseAbsent(to, done);
    });
  }

  #refuseAbsent(to: Recipient, done: Done): void {
    const { directory, commands } = this.#deps;
    const name = nameFor(to);
    this.#absent = name;
    const meant = nearest(name, [...directory.names, ...directory.groups]);
    const hint = meant === undefined ? 'users shows who is.' : `Did you mean ${meant}?`;
    const insist = `To write to somebody who is away, type it again.`;
    commands.fail(note(`Nobody here is ${name}. ${hint} ${insist}`), 'unknown-user', done);
  }

  // ---- in a conversation

  typed(line: string, done: Done): void {
    const { conversation } = this.#deps;
    const input = this.#commandIn(line);
    if (input?.is === 'quit') {
      conversation.end();
      return done('done');
    }
    if (input !== undefined) {
      const isOther = input.is === 'chat' || input.is === 'chat2' || conversation.state === 'alone';
      const isDecision = 'id' in input;
      if (isOther && !isDecision) conversation.end();
      return this.#deps.do(input, done);
    }
    if (line.trim() === '') return done('done');
    conversation.happen('line');
    if (conversation.state === 'alone') return this.#sayToNobody(line, done);
    // Two slashes say one.
    const said = this.#deps.isPerson && line.startsWith('//') ? line.slice(1) : line;
    if (conversation.state === 'chat') return this.#say(conversation.partner, said, done);
    const addressed = addressedOf(said);
    if (addressed !== undefined) return this.#say(addressed.to, addressed.text.trimStart(), done);
    this.#deps.commands.fail(note('Write it like this: NAME>MESSAGE, or quit.'), 'usage', done);
  }

  /** The command that a line is. What a script writes is said, except `quit` and a decision about a file. */
  #commandIn(line: string): Input | undefined {
    const { conversation, directory, files, host, isPerson } = this.#deps;
    const isOpen = (id: string): boolean => files.isOpen(id);
    if (!isPerson) return decisionOf(line, isOpen);
    return commandInConversation(line, {
      partner: conversation.state === 'chat2' ? undefined : conversation.partner,
      isOpen,
      knows: (recipient) => directory.knows(recipient),
      isFile: (path) => {
        const source = host.source(path);
        if (source.ok) source.value.close();
        return source.ok;
      },
    });
  }

  /** The partner left while the line was being typed: it must become no command. */
  #sayToNobody(line: string, done: Done): void {
    const { commands, conversation, isPerson } = this.#deps;
    const name = nameFor(conversation.partner);
    const why = `${name} has left, so this was not sent: ${line}`;
    commands.fail(note(why), 'unknown-user', done);
    if (isPerson) conversation.end();
  }

  #say(to: Recipient, body: string, done: Done): void {
    const { commands, directory, host, sent, ended } = this.#deps;
    const most = limits.groups.bodyBytes;
    if (byteLength(body) > most) {
      return commands.fail(note(`A message has at most ${most} bytes.`), 'bad-data', done);
    }
    const id = sent.nextId();
    let isOver = false;
    const over = (ending: Ending): void => {
      cancel();
      if (!isOver) done(ending);
      isOver = true;
    };
    // Not every server says that it has a text: the next line does not wait for ever.
    const cancel = host.after(limits.client.unansweredMs, () => {
      host.show(note(`(the server has not said that it has this for ${nameFor(to)})`));
      over('done');
    });
    commands.ask({ action: 'send', id, body, ...directory.headers(to) }, over, (answer) => {
      const ending = sent.answered(id, nameFor(to), answer);
      ended(ending);
      over(ending);
    });
  }

  // ---- outside a conversation

  /** A line outside a conversation that is no command: an answer to somebody, or a mistake. */
  notACommand(line: string, word: string, done: Done): void {
    const addressed = addressedOf(line);
    if (addressed !== undefined && this.#deps.directory.knows(addressed.to)) {
      return this.#say(addressed.to, addressed.text.trimStart(), done);
    }
    const writer = this.#deps.isPerson ? this.#writer : undefined;
    this.#deps.commands.fail(note(notACommand(word, writer)), 'usage', done);
  }

  /** Somebody, or somebody in a group, has written. */
  heard(user: string, group: string): void {
    const { conversation, host, isPerson } = this.#deps;
    const { state, partner } = conversation;
    if (state === 'alone' && group === '' && nameFor(partner) === user) {
      return conversation.partnerIs('back');
    }
    const writer = group === '' ? user : group;
    const isOutside = state === 'in';
    const isAside = state === 'chat' && nameFor(partner) !== writer;
    if (isOutside) this.#writer = writer;
    if (!isPerson || !(isOutside || isAside) || this.#explained.has(writer)) return;
    this.#explained.add(writer);
    const how = isOutside
      ? `chat ${writer} answers; so does ${writer}>TEXT`
      : `/chat ${writer} answers`;
    host.show(note(`(${how})`));
  }

  /** A user has left. */
  left(user: string): void {
    const { conversation } = this.#deps;
    if (this.#writer === user) this.#writer = undefined;
    const isPartner = conversation.state === 'chat' && nameFor(conversation.partner) === user;
    if (isPartner) conversation.partnerIs('gone');
  }
}
