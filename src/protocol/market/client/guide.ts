// What a person at a terminal is told about the market, and the lines with a slash that they may type.

import { BoundedSet } from '../../bounded';
import { nearest } from '../../bytes/nearest';
import { note } from '../../client_kit/note';
import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';
import { forms, marked, type ServerMessage } from '../wire/messages';

const help = [
  'TEXT                  said to all who are here',
  ':p - <ID> - TEXT      to one of them alone',
  ':u                    who is here',
  ':funds                your money',
  ':t - <ID> - AMOUNT    sends money',
  ':block - <ID>         nothing of theirs reaches you, and they are not told; :unblock - <ID>',
  ':smile                :~) in a text; so are :angry and :confused',
  '/help                 this page; //TEXT says a text with one slash',
  ':q                    end; so do /quit and Ctrl-D',
] as const;

/** What a line with a slash means; `line`: what goes to the server. */
export type Slashed =
  | { readonly is: 'line'; readonly line: string }
  | { readonly is: 'help' }
  | { readonly is: 'wrong'; readonly why: string };

/** Words of other programs, and what they are called here. */
const synonyms: Readonly<Record<string, string>> = {
  users: forms.users,
  who: forms.users,
  list: forms.users,
  funds: forms.funds,
  balance: forms.funds,
  money: forms.funds,
  pay: forms.transfer,
  transfer: forms.transfer,
  send: forms.private,
  msg: forms.private,
  tell: forms.private,
  w: forms.private,
  block: forms.block,
  unblock: forms.unblock,
  ignore: forms.block,
};

/** What a person typed: a slash is for the client, two are one that is said. */
export function slashedOf(line: string): Slashed {
  if (line.startsWith('//')) return { is: 'line', line: line.slice(1) };
  if (!line.startsWith('/')) return { is: 'line', line };
  const [word = ''] = line.slice(1).toLowerCase().split(/\s/, 1);
  if (word === 'help' || word === '?' || word === 'commands') return { is: 'help' };
  if (word === 'quit' || word === 'exit' || word === 'q') return { is: 'line', line: forms.quit };
  const near = nearest(word, Object.keys(synonyms)) ?? word;
  const meant = Object.hasOwn(synonyms, near) ? `Did you mean ${synonyms[near]}? ` : '';
  return {
    is: 'wrong',
    why: `There is no /${word}. ${meant}/help shows what there is; //${word} says it with one slash.`,
  };
}

export class Guide {
  readonly #host: ClientHost;
  /** The name that the user has, once it is not refused. */
  #name: string | undefined;
  readonly #explained = new BoundedSet<string>(limits.client.names);
  #hasExplainedQuestion = false;
  #hasGreeted = false;

  constructor(host: ClientHost, name: string | undefined) {
    this.#host = host;
    this.#name = name;
  }

  help(): void {
    this.#host.show({ kind: 'result', lines: help, json: { type: 'help', lines: help } });
  }

  /** Explains what the server has just said, where that is not plain. */
  explain(message: ServerMessage): void {
    if (message.is === 'refused' && message.why === 'in-use') {
      this.#name = undefined;
      this.#hasExplainedQuestion = false;
    }
    if (message.is === 'question' && !this.#hasExplainedQuestion) {
      this.#hasExplainedQuestion = true;
      const you =
        this.#name === undefined ? 'type a name first, or' : `you are ${marked(this.#name)};`;
      this.#host.show(note(`(${you} a whole number of dollars)`));
    }
    if (message.is === 'balance-set' && !this.#hasGreeted) {
      this.#hasGreeted = true;
      this.#host.show(note('(what you type is said to all; /help shows what else you can do)'));
    }
    if (message.is === 'said' && message.isPrivate === true) this.#explainAnswer(message.from);
  }

  #explainAnswer(from: string): void {
    if (this.#explained.has(from)) return;
    this.#explained.add(from);
    this.#host.show(note(`(:p - ${marked(from)} - TEXT answers)`));
  }
}
