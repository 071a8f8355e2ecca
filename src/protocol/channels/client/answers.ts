// What a server says to one message of one-shot sending: in the words of the source, or in other ones.

import type { SendResult } from '../../dialect';
import { type ServerMessage, texts } from '../wire/messages';
import { endings } from './render';

/** Words of a refusal, in the languages of the servers that are known. */
const negative =
  /\b(not|no such|invalid|unknown|error|cannot|can't|doesn't|does not|denied|fail\w*|must|needs?|missing|requires?d?|usage|não|inválid\w*|erro|desconhecid\w*|inexistente|falta|deve|inexistent|invalida|desconocid\w*|debe)(?!\w)/i;

/**
 * What may come: a refusal of the join, refusals of what was said, and last the answer to the question, which changes
 * nothing. A server with other words than the source's gives them in the same order.
 */
export class Answers {
  readonly #channel: string;
  /** Refusals in words that do not tell what they are about. */
  readonly #others: string[] = [];
  /** Why the message was not said. */
  refusal: SendResult | undefined;

  /** `channel`: where the message is to be said. */
  constructor(channel: string) {
    this.#channel = channel;
  }

  /** Whether this is the answer to the question as the source has it. */
  static isOfSource = (reply: ServerMessage): boolean =>
    reply.is === 'refused' && reply.why === 'nameless' && reply.text.startsWith(nameless);

  /** Whether the question has no answer yet. */
  get isOwed(): boolean {
    return this.#others.length === 0;
  }

  /** Whether something has come that may be the answer. */
  get haveBegun(): boolean {
    return this.refusal !== undefined || !this.isOwed;
  }

  /** `answered`: all has come. `perhaps`: all, or not yet the last of it. */
  take(reply: ServerMessage): 'answered' | 'perhaps' | 'nothing' {
    if (Answers.isOfSource(reply)) return 'answered';
    if (reply.is !== 'refused' && reply.is !== 'told') return 'nothing';
    const { text } = reply;
    const names = this.#isNamedIn(text);
    if (reply.is === 'told') {
      if (!negative.test(text)) return 'nothing';
      if (names) this.refusal ??= { ending: 'not-allowed', line: text };
      else this.#others.push(text);
    } else if (reply.why === 'unknown-control' || (reply.why === 'unknown-channel' && !names)) {
      // Some servers look for a channel without a name, or know no such command.
      this.#others.push(text);
    } else this.refusal ??= { ending: endings[reply.why], line: text };
    return 'perhaps';
  }

  /** Nothing more came: the last words answered the question, and words before them refused the message. */
  close(): void {
    const [first] = this.#others;
    if (first !== undefined && this.#others.length > 1)
      this.refusal ??= { ending: 'not-allowed', line: first };
  }

  /** The question has no name in it, so what names the channel is about the message. */
  #isNamedIn(text: string): boolean {
    return (
      text.split(/[\s'"`.,:;!?()]+/).includes(this.#channel) || text.includes(`'${this.#channel}'`)
    );
  }
}

const nameless = texts.joinNameless.replace(/\.$/, '');
